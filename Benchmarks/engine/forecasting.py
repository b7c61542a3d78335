#!/usr/bin/env python3
"""Forecasts series by Assay's engine and by statsmodels, the last steps held back, side by side.

    python3 -m venv venv && venv/bin/pip install statsmodels pandas
    venv/bin/python Benchmarks/engine/forecasting.py --bench .build/release/engine-bench \
        [--data FOLDER]

Every figure but the seconds is MASE (Hyndman and Koehler 2006) on the steps held back, scaled by
the seasonal naive error in the history. FOLDER holds airline_passengers.csv and
daily_min_temperatures.csv; the other series come with statsmodels. Seconds are CPU time of one
thread, theirs of all three methods together.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402 (the number of threads must be set first)
import pandas as pd  # noqa: E402

warnings.filterwarnings("ignore")


def bundled():
    """Series that come with statsmodels: name, values, season that ours is told, horizon."""
    from statsmodels import datasets

    co2 = datasets.co2.load_pandas().data["co2"].resample("MS").mean().interpolate()
    macro = datasets.macrodata.load_pandas().data
    elnino = datasets.elnino.load_pandas().data.drop(columns="YEAR").to_numpy().ravel()
    return [
        ("co2 monthly", co2.to_numpy(), 12, 24),
        ("sunspots", datasets.sunspots.load_pandas().data["SUNACTIVITY"].to_numpy(), 1, 11),
        ("el nino", elnino, 12, 24),
        ("nile", datasets.nile.load_pandas().data["volume"].to_numpy(), 1, 10),
        ("gdp", macro["realgdp"].to_numpy(), 4, 8),
        ("consumption", macro["realcons"].to_numpy(), 4, 8),
        ("unemployment", macro["unemp"].to_numpy(), 4, 8),
        ("treasury bills", macro["tbilrate"].to_numpy(), 4, 8),
        ("inflation", macro["infl"].to_numpy(), 4, 8),
    ]


def made():
    """Series whose truth is known, from a seed."""
    r = np.random.default_rng(3)
    t = np.arange(400)
    wave = np.sin(2 * np.pi * t / 12)
    walk = np.cumsum(r.standard_normal(400))
    ar = np.zeros(400)
    for i in range(1, 400):
        ar[i] = 0.7 * ar[i - 1] + r.standard_normal()
    return [
        ("line and wave", (50 + 0.2 * t + 8 * wave + 2 * r.standard_normal(400))[:120], 12, 18),
        ("growing wave", (np.exp(t / 80) * (10 + 3 * wave + r.standard_normal(400)))[:144], 12, 18),
        ("walk", walk[:200], 1, 12),
        ("autoregression", (20 + ar)[:200], 1, 12),
        ("hours", 30 + 6 * np.sin(2 * np.pi * t / 24) + ar, 24, 48),
        ("weekdays", 100 + 10 * (t % 7 < 5) + 2 * ar, 7, 28),
    ]


def files(folder):
    def column(name, values):
        return pd.read_csv(os.path.join(folder, name))[values].to_numpy(float)

    return [
        ("airline", column("airline_passengers.csv", "passengers"), 12, 24),
        ("temperatures", column("daily_min_temperatures.csv", "temperature"), 365, 28),
    ]


def theirs(y, season, horizon):
    """ETS, Theta and SARIMAX as their users would ask for them, and the CPU time."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.forecasting.theta import ThetaModel
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    # None of the three takes a season of a year of days; a week is what their users say then.
    short = season if season <= 24 else 7
    start = time.process_time()

    def ets():
        best = None
        kinds = ["add", "mul"] if (y > 0).all() else ["add"]
        for error in kinds:
            for trend, damped in ((None, False), ("add", False), ("add", True)):
                for seasonal in [None] + (kinds if short > 1 else []):
                    if error == "add" and seasonal == "mul":
                        continue
                    try:
                        model = ETSModel(
                            y, error=error, trend=trend, damped_trend=damped, seasonal=seasonal,
                            seasonal_periods=short if seasonal else None)
                        fit = model.fit(disp=False, maxiter=200)
                    except (ValueError, np.linalg.LinAlgError):
                        continue
                    if np.isfinite(fit.aicc) and (best is None or fit.aicc < best.aicc):
                        best = fit
        return best.forecast(horizon)

    def theta():
        return ThetaModel(y, period=short, deseasonalize=short > 1).fit().forecast(horizon)

    def sarimax():
        seasonal = (0, 1, 1, short) if short > 1 else (0, 0, 0, 0)
        if season > 24:
            seasonal = (1, 0, 1, short)
        order = (1, 0, 1) if season > 24 else ((0, 1, 1) if short > 1 else (1, 1, 1))
        return SARIMAX(y, order=order, seasonal_order=seasonal).fit(disp=False).forecast(horizon)

    found = {}
    for name, method in (("ets", ets), ("theta", theta), ("sarimax", sarimax)):
        try:
            found[name] = np.asarray(method())
        except (ValueError, AttributeError, np.linalg.LinAlgError) as error:
            print(f"{name}: {error}", file=sys.stderr)
    return found, time.process_time() - start


def ours(bench, folder, y, season, horizon, folds):
    path = os.path.join(folder, "series.txt")
    np.savetxt(path, y, fmt="%.17g")
    command = [bench, "forecast", path, str(horizon), str(season), str(folds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def mase(history, actual, forecast, season):
    season = season if len(history) > season else 1
    scale = np.mean(np.abs(history[season:] - history[:-season]))
    return np.mean(np.abs(actual - forecast)) / scale


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", required=True, help="the engine-bench executable, for release")
    parser.add_argument("--data", help="the folder of the two CSV files")
    parser.add_argument("--folds", type=int, default=8, help="origins of the choice")
    parser.add_argument("--candidates", action="store_true", help="every candidate of ours, too")
    given = parser.parse_args()
    series = (files(given.data) if given.data else []) + bundled() + made()
    print(f"{'MASE':16}{'ours':>8}{'best one':>10}{'ets':>8}{'theta':>8}{'sarimax':>8}"
          f"{'80 %':>7}{'s ours':>8}{'theirs':>8}  chosen")
    with tempfile.TemporaryDirectory() as folder:
        for name, values, season, horizon in series:
            y, actual = values[:-horizon], values[-horizon:]
            found = ours(given.bench, folder, y, season, horizon, given.folds)
            peers, seconds = theirs(y, season, horizon)

            def score(forecast):
                return mase(y, actual, np.asarray(forecast), season)

            lower, upper = np.asarray(found["lower"]), np.asarray(found["upper"])
            inside = np.mean((actual >= lower) & (actual <= upper))
            singles = {one["name"]: score(one["mean"]) for one in found["candidates"]}
            cells = "".join(
                f"{score(peers[peer]):8.3f}" if peer in peers else f"{'-':>8}"
                for peer in ("ets", "theta", "sarimax"))
            print(f"{name:16}{score(found['mean']):8.3f}{min(singles.values()):10.3f}{cells}"
                  f"{inside:7.0%}{found['seconds']:8.2f}{seconds:8.2f}  {found['chosen']}",
                  flush=True)
            if given.candidates:
                for one, value in sorted(singles.items(), key=lambda pair: pair[1]):
                    print(f"    {one:40}{value:8.3f}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How good whole jobs are: `assay run` beside LightGBM's defaults, FLAML and statsmodels.

    venv/bin/python Benchmarks/quality/quality.py --assay .build/release/assay [--data FOLDER]

`make bench-quality` sets up the environment and calls it. FOLDER holds the fixed splits of adult,
wine_quality_white, abalone and mammography and the two series; without it only scikit-learn's
bundled sets are judged, three quarters of the rows to learn from. A seed is another split of these,
and another seed of every search; theirs are more, since a single row in 45 may decide a split.
Every system has one thread, and runs in a process of its own; in every round they take turns.
Seconds are CPU time, of ours with head, worker and prediction. The bundled sets get four fifths of
--time: their trials are so short that the head computes while they run.

With --peers FILE, what peers answered is kept there, and not computed again.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
os.environ.update({name: "1" for name in THREADS})
# The series, their peers and MASE are those of the comparison of forecasters.
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "engine"))

import numpy as np  # noqa: E402 (the number of threads must be set first)
import pandas as pd  # noqa: E402

# Set: task, target, the figures asked for.
GIVEN = {
    "adult": ("classification", "income", {"log_loss": 0.276, "roc_auc": 0.928}),
    "wine_quality_white": ("regression", "quality", {"r2": 0.53}),
    "abalone": ("regression", "rings", {"r2": 0.56}),
}
BUNDLED = {
    "iris": "classification", "wine": "classification", "breast_cancer": "classification",
    "digits": "classification", "diabetes": "regression",
}
METRICS = {"classification": ["log_loss", "roc_auc", "accuracy"], "regression": ["rmse", "r2"]}
FLAML_SECONDS = 30


# MARK: Tables

def bundled(name, seed):
    """A set of scikit-learn as its users split it, classes in equal shares."""
    from sklearn import datasets
    from sklearn.model_selection import train_test_split

    loaded = getattr(datasets, f"load_{name}")(as_frame=True)
    table = loaded.data.copy()
    table["target"] = loaded.target
    if BUNDLED[name] == "classification":
        table["target"] = "class " + table["target"].astype(str)
    stratify = table["target"] if BUNDLED[name] == "classification" else None
    return train_test_split(table, test_size=0.25, random_state=seed, stratify=stratify)


def tables(name, data, seed):
    """The task, the target, the rows to learn from and those to judge."""
    if name in BUNDLED:
        return BUNDLED[name], "target", *bundled(name, seed)
    task, target, _ = GIVEN[name]
    parts = [pd.read_csv(f"{data}/{name}.{part}.csv") for part in ("train", "test")]
    return task, target, *parts


def scores(task, names, answers, predicted):
    """The metrics; `predicted` has a column for each of `names`, or numbers."""
    from sklearn import metrics

    if task == "regression":
        error = np.sqrt(np.mean((answers - predicted) ** 2))
        return {"rmse": error, "r2": metrics.r2_score(answers, predicted)}
    labels = np.searchsorted(names, answers)
    area = (
        metrics.roc_auc_score(labels, predicted[:, 1]) if len(names) == 2
        else metrics.roc_auc_score(labels, predicted, multi_class="ovr"))
    return {
        "log_loss": metrics.log_loss(labels, predicted, labels=range(len(names))),
        "roc_auc": area, "accuracy": np.mean(predicted.argmax(1) == labels)}


# MARK: Ours

def processor_seconds():
    """Of all processes that were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return done.stdout


def job(assay, folder, text):
    """Runs a job, one trial at a time; what it printed, and its processor time."""
    path = f"{folder}/job.yaml"
    with open(path, "w") as file:
        file.write(text)
    before = processor_seconds()
    printed = run([assay, "run", path, "--workers", "1", "--slots", "1"])
    return printed, processor_seconds() - before


def ours_of_table(given, folder, task, target, seed, limit):
    text = f"""
task: {task}
data: {{ train: train.csv, target: {target} }}
metric: [{', '.join(METRICS[task])}]
budget: {{ time: {limit}s }}
seed: {seed}
output: out.model
"""
    printed, seconds = job(given.assay, folder, text)
    before = processor_seconds()
    rows = list(csv.reader(
        run([given.assay, "predict", f"{folder}/out.model", f"{folder}/test.csv"]).splitlines()))
    if task == "classification":
        names = [name.removeprefix("probability_") for name in rows[0][1:]]
        table = np.array([row[1:] for row in rows[1:]], float)
        predicted = table[:, np.argsort(names)]
    else:
        predicted = np.array([row[0] for row in rows[1:]], float)
    return predicted, seconds + processor_seconds() - before, printed.strip().splitlines()[-1]


# MARK: Theirs

def inputs(train, test, target):
    """Texts as categories, of which both take the codes."""
    x, z = train.drop(columns=target), test.drop(columns=target)
    for column in x.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in x.dtypes]]:
        kind = pd.CategoricalDtype(sorted(x[column].dropna().unique()))
        x[column], z[column] = x[column].astype(kind), z[column].astype(kind)
    return x, z


def peer(name, folder, task, target, seed):
    """Fits and predicts; runs in a process of its own."""
    train, test = pd.read_csv(f"{folder}/train.csv"), pd.read_csv(f"{folder}/test.csv")
    x, z = inputs(train, test, target)
    y = train[target]
    if task == "classification":
        y = np.searchsorted(np.unique(y), y)
    if name == "lightgbm":
        import lightgbm

        kind = lightgbm.LGBMClassifier if task == "classification" else lightgbm.LGBMRegressor
        model = kind(n_jobs=1, verbose=-1, random_state=seed)
        model.fit(x, y)
    else:
        from flaml import AutoML

        model = AutoML()
        model.fit(
            x, y, task=task, time_budget=FLAML_SECONDS, n_jobs=1, seed=seed, verbose=0,
            metric="log_loss" if task == "classification" else "rmse")
    predicted = model.predict_proba(z) if task == "classification" else model.predict(z)
    np.save(f"{folder}/{name}.npy", predicted)


def theirs_of_table(name, folder, task, target, seed):
    before = processor_seconds()
    run([sys.executable, __file__, "--peer", name, folder, task, target, str(seed)])
    return np.load(f"{folder}/{name}.npy"), processor_seconds() - before


def compare(name, seed, given, peers):
    """Scores and seconds of each system on one set."""
    task, target, train, test = tables(name, given.data, seed)
    names = np.unique(train[target]) if task == "classification" else []
    answers = test[target].to_numpy()
    limit = given.time * 4 // 5 if name in BUNDLED else given.time
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        train.to_csv(f"{folder}/train.csv", index=False)
        test.to_csv(f"{folder}/test.csv", index=False)
        for system in ("lightgbm", "flaml"):
            key = f"{name} {seed} {system}"
            if key not in peers:
                predicted, seconds = theirs_of_table(system, folder, task, target, seed)
                peers[key] = {**scores(task, names, answers, predicted), "seconds": seconds}
            found[system] = peers[key]
        predicted, seconds, chosen = ours_of_table(given, folder, task, target, seed, limit)
        found["assay"] = {**scores(task, names, answers, predicted), "seconds": seconds}
    line = "  ".join(
        f"{system} {values[METRICS[task][0]]:.4f} in {values['seconds']:.0f} s"
        for system, values in found.items())
    print(f"{name}, seed {seed}: {line}; {chosen}", file=sys.stderr, flush=True)
    return task, found


# MARK: Rows of the table

def table_rows(name, given, peers):
    """One row for each metric that counts, the mean over the seeds."""
    runs = []
    for seed in range(given.splits if name in BUNDLED else given.seeds):
        task, found = compare(name, seed, given, peers)
        runs.append(found)
    asked = GIVEN[name][2] if name in GIVEN else {METRICS[task][0]: None}
    for metric, bound in asked.items():
        means = {
            system: np.mean([run[system][metric] for run in runs]) for system in runs[0]}
        up = metric in ("r2", "roc_auc")
        better = max if up else min
        if bound is None:
            bound = better(means["lightgbm"], means["flaml"])
        spread = [run["assay"][metric] for run in runs]
        won = means["assay"] >= bound if up else means["assay"] <= bound
        seconds = {
            system: np.mean([run[system]["seconds"] for run in runs]) for system in runs[0]}
        yield (
            name, metric, f"{bound:.4f}", f"{means['assay']:.4f}",
            f"{min(spread):.4f} to {max(spread):.4f}", f"{means['lightgbm']:.4f}",
            f"{means['flaml']:.4f}", f"{seconds['assay']:.1f}", f"{seconds['flaml']:.1f}",
            "yes" if won else "no")


def series_rows(given, peers):
    """MASE on the steps held back, beside the best of statsmodels' three."""
    import forecasting

    for name, values, season, horizon in forecasting.files(given.data):
        y, actual = values[:-horizon], values[-horizon:]
        stem, time, target = {
            "airline": ("airline_passengers", "month", "passengers"),
            "temperatures": ("daily_min_temperatures", "date", "temperature"),
        }[name]
        key = f"{name} statsmodels"
        if key not in peers:
            found, seconds = forecasting.theirs(y, season, horizon)
            peers[key] = {
                method: forecasting.mase(y, actual, forecast, season)
                for method, forecast in found.items()} | {"seconds": seconds}
        best = min(value for method, value in peers[key].items() if method != "seconds")
        marks, spent = [], []
        for seed in range(given.seeds):
            with tempfile.TemporaryDirectory() as folder:
                with open(f"{given.data}/{stem}.csv") as file:
                    lines = file.read().splitlines()
                with open(f"{folder}/train.csv", "w") as file:
                    file.write("\n".join(lines[:-horizon]) + "\n")
                text = f"""
task: forecasting
data: {{ train: train.csv, target: {target}, time: {time} }}
horizon: {horizon}
metric: [mase]
budget: {{ time: {given.time}s, trials: 60 }}
seed: {seed}
output: out.model
"""
                printed, seconds = job(given.assay, folder, text)
                rows = list(csv.DictReader(
                    run([given.assay, "predict", f"{folder}/out.model"]).splitlines()))
                mean = np.array([float(row["prediction"]) for row in rows])
                marks.append(forecasting.mase(y, actual, mean, season))
                spent.append(seconds)
                print(f"{name}, seed {seed}: {marks[-1]:.4f}; {printed.splitlines()[-1]}",
                      file=sys.stderr, flush=True)
        bound = 0.8 if name == "airline" else best
        yield (name, "mase", f"{bound:.4f}", f"{np.mean(marks):.4f}",
               f"{min(marks):.4f} to {max(marks):.4f}", "", f"{best:.4f} (statsmodels)",
               f"{np.mean(spent):.1f}", f"{peers[key]['seconds']:.1f}",
               "yes" if np.mean(marks) <= bound else "no")


def anomaly_rows(given):
    from sklearn.metrics import roc_auc_score

    train, test = (
        pd.read_csv(f"{given.data}/mammography.{part}.csv") for part in ("train", "test"))
    train = train.drop(columns="anomaly", errors="ignore")
    areas, spent = [], []
    for seed in range(given.seeds):
        with tempfile.TemporaryDirectory() as folder:
            train.to_csv(f"{folder}/train.csv", index=False)
            test.drop(columns="anomaly").to_csv(f"{folder}/test.csv", index=False)
            text = f"""
task: anomaly_detection
data: {{ train: train.csv }}
metric: [stability]
budget: {{ time: {given.time}s }}
seed: {seed}
output: out.model
"""
            printed, seconds = job(given.assay, folder, text)
            rows = list(csv.DictReader(
                run([given.assay, "predict", f"{folder}/out.model", f"{folder}/test.csv"])
                .splitlines()))
            column = next(name for name in rows[0] if "score" in name)
            areas.append(
                roc_auc_score(test["anomaly"], [float(row[column]) for row in rows]))
            spent.append(seconds)
            print(f"mammography, seed {seed}: {areas[-1]:.4f}; {printed.splitlines()[-1]}",
                  file=sys.stderr, flush=True)
    yield ("mammography", "roc_auc", "0.8800", f"{np.mean(areas):.4f}",
           f"{min(areas):.4f} to {max(areas):.4f}", "", "", f"{np.mean(spent):.1f}", "",
           "yes" if np.mean(areas) >= 0.88 else "no")


HEADING = (
    "set", "metric", "asked", "ours", "over the seeds", "LightGBM", "FLAML", "s ours", "s FLAML",
    "held")


def main():
    if sys.argv[1:2] == ["--peer"]:
        name, folder, task, target, seed = sys.argv[2:]
        return peer(name, folder, task, target, int(seed))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assay", required=True, help="the binary")
    parser.add_argument("--data", help="the folder of the fixed splits and of the series")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--splits", type=int, default=12, help="seeds of the bundled sets")
    parser.add_argument("--time", type=int, default=15, help="seconds of a job")
    parser.add_argument("--only", action="append", help="a set; may be said again")
    parser.add_argument("--peers", help="a file that keeps what peers answered")
    given = parser.parse_args()
    given.assay = os.path.abspath(given.assay)
    peers = {}
    if given.peers and os.path.exists(given.peers):
        with open(given.peers) as file:
            peers = json.load(file)
    kinds = {name: lambda name=name: table_rows(name, given, peers) for name in BUNDLED}
    if given.data:
        kinds |= {name: lambda name=name: table_rows(name, given, peers) for name in GIVEN}
        kinds |= {"mammography": lambda: anomaly_rows(given),
                  "series": lambda: series_rows(given, peers)}
    print("| " + " | ".join(HEADING) + " |\n|" + " --- |" * len(HEADING))
    for name in given.only or kinds:
        for row in kinds[name]():
            print("| " + " | ".join(row) + " |", flush=True)
        if given.peers:
            with open(given.peers, "w") as file:
                json.dump(peers, file, indent=1)


if __name__ == "__main__":
    main()

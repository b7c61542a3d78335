#!/usr/bin/env python3
"""Runs Assay's engine beside LightGBM and scikit-learn on the same rows, one thread each.

    python3 -m venv venv && venv/bin/pip install lightgbm scikit-learn
    venv/bin/python Benchmarks/engine/compare.py --bench .build/release/engine-bench

Every figure is CPU time of the process, the median of the rounds; ours and theirs take turns, so
that a busy machine slows both. A ratio below 1 means that we need less. Scores are ROC AUC on rows
that were not learned from. Data is made from a seed, but for the breast cancer set of scikit-learn.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
os.environ.update(THREADS)

import numpy as np  # noqa: E402 (the number of threads must be set first)

# Ours, what it takes after its name; theirs, what it takes; rows to learn from, rows to predict.
CASES = {
    "boosting": ("gradient_boosting", {"trees": 100, "leaves": 31}, 75_000, 25_000),
    "forest": ("random_forest", {"trees": 20, "max_features": 0.3}, 20_000, 10_000),
    "extra trees": ("extra_trees", {"trees": 20, "max_features": 0.3}, 20_000, 10_000),
    "neighbours": ("k_nearest_neighbors", {"k": 25}, 20_000, 5_000),
    "logistic": ("logistic_regression", {"c": 1}, 75_000, 25_000),
    "naive Bayes": ("naive_bayes", {}, 75_000, 25_000),
}
FOLDS_TRIALS = 300


def world(rows, columns, seed):
    """Whole numbers, skewed and normal columns; steps, waves, products; noise of equal weight."""
    r = np.random.default_rng(seed)
    x = r.standard_normal((rows, columns))
    x[:, ::5] = np.round(x[:, ::5] * 3)
    x[:, 1::7] = np.exp(x[:, 1::7])
    score = (
        0.4 * x[:, 0] + x[:, 2] * x[:, 3] + np.sin(2 * x[:, 4])
        + 0.7 * (x[:, 6] > 0.5) * x[:, 7] + 0.4 * x[:, 9] - 0.3 * np.abs(x[:, 12])
        + 0.2 * x[:, 20:30].sum(1)
    )
    y = score + 1.5 * r.standard_normal(rows) > np.median(score)
    return x, y.astype(int)


def breast_cancer():
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    x = (data.data - data.data.mean(0)) / data.data.std(0)
    return x[:426], data.target[:426]


def write(path, x, y):
    with open(path, "wb") as file:
        np.array([x.shape[0], x.shape[1], 2], dtype="<i8").tofile(file)
        np.ascontiguousarray(x, dtype="<f8").tofile(file)
        np.asarray(y, dtype="<f8").tofile(file)


def read(path):
    with open(path, "rb") as file:
        rows, columns, _ = np.fromfile(file, dtype="<i8", count=3)
        x = np.fromfile(file, dtype="<f8", count=rows * columns).reshape(rows, columns)
        return x, np.fromfile(file, dtype="<f8", count=rows).astype(int)


def peer(name, folder):
    """Fits and predicts with their library; runs in a process of its own."""
    x, y = read(f"{folder}/{name}.train")
    xt, _ = read(f"{folder}/{name}.test")
    start = time.process_time()
    if name == "boosting":
        import lightgbm

        settings = dict(
            objective="binary", num_leaves=31, learning_rate=0.1, min_data_in_leaf=20,
            max_bin=255, num_threads=1, verbose=-1)
        start = time.process_time()
        model = lightgbm.train(settings, lightgbm.Dataset(x, y), 100)
        fitted = time.process_time()
        p = model.predict(xt, num_threads=1)
    else:
        model = peer_model(name)
        start = time.process_time()
        model.fit(x, y)
        fitted = time.process_time()
        p = model.predict_proba(xt)[:, 1]
    end = time.process_time()
    p.astype("<f8").tofile(f"{folder}/{name}.theirs")
    print(json.dumps({"fit": fitted - start, "predict": end - fitted}))


def peer_model(name):
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier

    forest = dict(n_estimators=20, max_features=0.3, random_state=1, n_jobs=1)
    return {
        "forest": lambda: RandomForestClassifier(**forest),
        "extra trees": lambda: ExtraTreesClassifier(**forest),
        "neighbours": lambda: KNeighborsClassifier(25, algorithm="brute"),
        "logistic": lambda: LogisticRegression(C=1),
        "naive Bayes": lambda: GaussianNB(),
    }[name]()


def peer_folds(folder):
    from sklearn.linear_model import LogisticRegression

    x, y = read(f"{folder}/folds.train")
    rows = np.arange(len(y))
    start = time.process_time()
    trials = 10
    for _ in range(trials):
        for fold in range(3):
            kept = rows % 3 != fold
            model = LogisticRegression(C=1, max_iter=1000).fit(x[kept], y[kept])
            model.predict_proba(x[~kept])
    print(json.dumps({"trials": trials, "seconds": time.process_time() - start}))


def run(*command):
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def auc(y, p):
    from sklearn.metrics import roc_auc_score

    return roc_auc_score(y, p)


def compare(name, bench, folder, rounds):
    family, parameters, rows, rest = CASES[name]
    x, y = world(rows + rest, 50, seed=7)
    write(f"{folder}/{name}.train", x[:rows], y[:rows])
    write(f"{folder}/{name}.test", x[rows:], y[rows:])
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(run(
            bench, "fit", family, f"{folder}/{name}.train", f"{folder}/{name}.test",
            f"{folder}/{name}.ours", *(f"{key}={value}" for key, value in parameters.items())))
        theirs.append(run(sys.executable, __file__, "--peer", name, "--folder", folder))
    for one in ours:
        one["fit"] += one["prepare"]
    for step in ("fit", "predict"):
        a = statistics.median(one[step] for one in ours)
        b = statistics.median(one[step] for one in theirs)
        print(f"{name + ', ' + step:24}{a:10.4f} s{b:10.4f} s{a / b:9.3f}", flush=True)
    p = np.fromfile(f"{folder}/{name}.ours", dtype="<f8").reshape(rest, 2)[:, 1]
    q = np.fromfile(f"{folder}/{name}.theirs", dtype="<f8")
    a, b = auc(y[rows:], p), auc(y[rows:], q)
    print(f"{name + ', AUC':24}{a:12.4f}{b:12.4f}{a - b:+9.4f}", flush=True)


def compare_folds(bench, folder, rounds):
    write(f"{folder}/folds.train", *breast_cancer())
    rates = {"ours": [], "theirs": []}
    for _ in range(rounds):
        one = run(bench, "folds", "logistic_regression", f"{folder}/folds.train", str(FOLDS_TRIALS))
        rates["ours"].append(one["trials"] / one["seconds"])
        one = run(sys.executable, __file__, "--peer-folds", "--folder", folder)
        rates["theirs"].append(one["trials"] / one["seconds"])
    a, b = statistics.median(rates["ours"]), statistics.median(rates["theirs"])
    title = "3 folds of 426 x 30"
    print(f"{title:24}{a:10.0f}/s{b:11.0f}/s{b / a:9.3f}   (logistic, trials)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", help="the engine-bench executable, built for release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=[*CASES, "folds"], action="append")
    parser.add_argument("--peer", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--peer-folds", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer:
        return peer(given.peer, given.folder)
    if given.peer_folds:
        return peer_folds(given.folder)
    if not given.bench:
        parser.error("--bench says where engine-bench is")
    print(f"{'CPU time, one thread':24}{'ours':>12}{'theirs':>12}{'ratio':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name in given.only or [*CASES, "folds"]:
            if name == "folds":
                compare_folds(given.bench, folder, given.rounds)
            else:
                compare(name, given.bench, folder, given.rounds)


if __name__ == "__main__":
    main()

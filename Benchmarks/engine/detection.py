#!/usr/bin/env python3
"""Judges Assay's anomaly detectors on made and real sets, beside scikit-learn's.

    venv/bin/python Benchmarks/engine/detection.py --bench .build/release/engine-bench

Every figure is the ROC AUC on rows that were not learned from; nobody sees a label while learning,
and anomalies are among the rows that are learned from. Data is made from a seed or bundled with
scikit-learn; --data adds the mammography set, from a folder with its training and test file. The
last line is what each detector loses, on average, to the best single one of a set.
"""

import argparse
import os
import subprocess
import tempfile

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402 (the number of threads must be set first)

OURS = {
    "combined": "combined_detector", "forest": "isolation_forest",
    "k-NN": "nearest_neighbor_distance", "LOF": "local_outlier_factor", "HBOS": "hbos",
    "PCA": "principal_components", "envelope": "elliptic_envelope", "autoencoder": "autoencoder",
}
THEIRS = ("sk forest", "sk LOF")


def usual(r, rows, columns):
    return r.standard_normal((rows, columns))


def mixture(r, rows, columns, count):
    """Clusters of different shapes; their centres and shapes, to place anomalies by."""
    centres = 4 * usual(r, count, columns)
    shapes = [0.5 * usual(r, columns, columns) + 0.3 * np.eye(columns) for _ in range(count)]
    which = r.integers(0, count, rows)
    x = np.array([centres[k] + shapes[k] @ usual(r, columns, 1)[:, 0] for k in which])
    return x, centres, shapes


def ring(r):
    angle = r.uniform(0, 2 * np.pi, 2000)
    radius = 1 + 0.05 * r.standard_normal(2000)
    a = r.uniform(-1.3, 1.3, (60, 2))
    a = a[np.abs(np.hypot(*a.T) - 1) > 0.15]
    return np.c_[radius * np.cos(angle), radius * np.sin(angle)], a


def densities(r):
    angle = r.uniform(0, 2 * np.pi, 40)
    a = np.c_[np.cos(angle), np.sin(angle)] * r.uniform(0.6, 1.5, (40, 1))
    return np.r_[0.1 * usual(r, 1000, 2), 2 * usual(r, 1000, 2) + 8], a


def local(r):
    x, centres, shapes = mixture(r, 2000, 6, 4)
    which = r.integers(0, 4, 80)
    return x, np.array([centres[k] + 2.2 * shapes[k] @ usual(r, 6, 1)[:, 0] for k in which])


def scattered(r):
    x = usual(r, 2000, 10) @ usual(r, 10, 10)
    return x, r.uniform(1.1 * x.min(0), 1.1 * x.max(0), (60, 10))


def crowded(r):
    x, centres, _ = mixture(r, 2000, 6, 3)
    return x, centres.mean(0) + 6 * usual(r, 1, 6) + 0.7 * usual(r, 60, 6)


def clump(r):
    x = usual(r, 2000, 4) @ usual(r, 4, 4)
    return x, 3.2 * x.std(0) * r.choice([-1, 1], 4) + 0.3 * usual(r, 100, 4)


def noise(r):
    x = np.c_[usual(r, 2000, 5), r.uniform(-1, 1, (2000, 45))]
    far = 4 * r.choice([-1, 1], (60, 5)) * r.uniform(0.7, 1.3, (60, 5))
    return x, np.c_[far, r.uniform(-1, 1, (60, 45))]


def shuffled(r, x, rows):
    """Rows whose every value is usual, but not beside the others."""
    picked = r.integers(0, len(x), (rows, x.shape[1]))
    return x[picked, np.arange(x.shape[1])]


def correlated(r):
    x = usual(r, 2000, 3) @ usual(r, 3, 12) + 0.2 * usual(r, 2000, 12)
    return x, shuffled(r, x, 60)


def curved(r):
    t = r.uniform(-2, 2, (2000, 1))
    x = np.c_[t, t**2, np.sin(2 * t), np.cos(t)] + 0.08 * usual(r, 2000, 4)
    return x, shuffled(r, x, 60)


def skewed(r):
    x, a = np.exp(0.9 * usual(r, 3000, 8)), np.exp(0.9 * usual(r, 80, 8))
    for row in a:
        row[r.choice(8, 3, replace=False)] *= 6
    return x, a


def one_value(r):
    a = usual(r, 60, 20)
    a[np.arange(60), r.integers(0, 20, 60)] = r.choice([-1, 1], 60) * r.uniform(4, 7, 60)
    return usual(r, 2000, 20), a


def between(r):
    return np.r_[0.5 * usual(r, 1000, 10) + 2, 0.5 * usual(r, 1000, 10) - 2], 0.5 * usual(r, 40, 10)


def bundled(name, usual_class, share):
    def load(r):
        from sklearn import datasets

        data = getattr(datasets, f"load_{name}")()
        rest = np.flatnonzero(data.target != usual_class)
        x = data.data[data.target == usual_class]
        return x, data.data[r.permutation(rest)[: max(6, int(share * len(x)))]]

    return load


SETS = {
    function.__name__: function
    for function in (
        ring, densities, local, scattered, crowded, clump, noise, correlated, curved, skewed,
        one_value, between)
} | {
    "breast cancer": bundled("breast_cancer", 1, 0.06),
    "wine": bundled("wine", 1, 0.1),
    "digit 3": bundled("digits", 3, 0.1),
}


def split(x, a, r):
    """Seven tenths to learn from, without labels; the rest to judge."""
    y = np.r_[np.zeros(len(x)), np.ones(len(a))]
    rows = r.permutation(len(y))
    cut = int(0.7 * len(y))
    every = np.r_[x, a][rows]
    return every[:cut], every[cut:], y[rows][cut:]


def mammography(folder):
    tables = []
    for part in ("train", "test"):
        path = f"{folder}/mammography.{part}.csv"
        with open(path) as file:
            names = file.readline().strip().split(",")
        table = np.genfromtxt(path, delimiter=",", skip_header=1)
        kept = [i for i, name in enumerate(names) if name != "anomaly"]
        tables.append((table[:, kept], table[:, names.index("anomaly")]))
    return tables[0][0], *tables[1]


def write(path, x, y):
    with open(path, "wb") as file:
        np.array([x.shape[0], x.shape[1], -1], dtype="<i8").tofile(file)
        np.ascontiguousarray(x, dtype="<f8").tofile(file)
        np.asarray(y, dtype="<f8").tofile(file)


def judge(bench, x, z, y):
    from sklearn.ensemble import IsolationForest
    from sklearn.metrics import roc_auc_score
    from sklearn.neighbors import LocalOutlierFactor

    varies = x.std(0) > 1e-12
    mean, deviation = x.mean(0)[varies], x.std(0)[varies]
    x, z = (x[:, varies] - mean) / deviation, (z[:, varies] - mean) / deviation
    scores = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{name}" for name in ("train", "test", "out")]
        write(paths[0], x, np.zeros(len(x)))
        write(paths[1], z, y)
        for name, family in OURS.items():
            subprocess.run([bench, "fit", family, *paths], check=True, capture_output=True)
            scores[name] = np.fromfile(paths[2], dtype="<f8")
    forest = IsolationForest(n_estimators=200, max_samples=min(256, len(x)), random_state=1).fit(x)
    scores["sk forest"] = -forest.score_samples(z)
    scores["sk LOF"] = -LocalOutlierFactor(20, novelty=True).fit(x).score_samples(z)
    return {name: roc_auc_score(y, score) for name, score in scores.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", required=True, help="the engine-bench executable")
    parser.add_argument("--data", help="a folder with mammography.train.csv and .test.csv")
    parser.add_argument("--seeds", type=int, default=2, help="times that each set is made")
    given = parser.parse_args()
    print(f"{'ROC AUC':14}" + "".join(f"{name:>12}" for name in [*OURS, *THEIRS]))
    losses = []
    for name in [*(["mammography"] if given.data else []), *SETS]:
        runs = []
        for seed in range(1 if name == "mammography" else given.seeds):
            r = np.random.default_rng(seed)
            if name == "mammography":
                rows = mammography(given.data)
            else:
                rows = split(*SETS[name](r), r)
            runs.append(judge(given.bench, *rows))
        mean = {key: np.mean([run[key] for run in runs]) for key in runs[0]}
        best = max(value for key, value in mean.items() if key != "combined")
        losses.append([best - value for value in mean.values()])
        print(f"{name:14}" + "".join(f"{value:12.3f}" for value in mean.values()), flush=True)
    print(f"{'mean loss':14}" + "".join(f"{value:12.3f}" for value in np.mean(losses, 0)))
    print(f"{'worst loss':14}" + "".join(f"{value:12.3f}" for value in np.max(losses, 0)))


if __name__ == "__main__":
    main()

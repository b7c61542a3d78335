#!/usr/bin/env python3
"""How fast the engine is beside its peers on the same rows: a table in Markdown.

    venv/bin/python Benchmarks/engine/performance.py --bench .build/release/engine-bench

`make bench-engine` sets up the environment and calls it. Every figure is CPU time of one thread, the
median of the rounds; ours and theirs take turns, so that a busy machine slows both. A ratio below 1
means that we need less. Scores are ROC AUC on rows that were not learned from, memory is the most
that the process held, with the rows that it read. Rows are made, others in every round, but for the
breast cancer set of scikit-learn; an AUC is the mean over the rounds, since on one table it is chance.
"""

import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
os.environ.update({name: "1" for name in THREADS})

import numpy as np  # noqa: E402 (the number of threads must be set first)

BOOSTING = ("gradient_boosting", {"trees": 100, "leaves": 31, "min_rows_leaf": 20})
FOREST = {"trees": 100, "max_features": 50**0.5 / 50}
# Ours and what it takes; rows to learn from, rows to predict, columns; the asked ratio of the CPU
# time of fit and prediction together.
CASES = {
    "boosting 75,000 × 50": (*BOOSTING, 75_000, 25_000, 50, 1),
    "boosting 950,000 × 28": (*BOOSTING, 950_000, 50_000, 28, 1),
    "random forest 20,000 × 50": ("random_forest", FOREST, 20_000, 10_000, 50, 0.2),
    "extra trees 20,000 × 50": ("extra_trees", FOREST, 20_000, 10_000, 50, None),
    "k-NN 100,000 × 50": ("k_nearest_neighbors", {"k": 5}, 100_000, 10_000, 50, 0.5),
    "logistic regression 75,000 × 50": ("logistic_regression", {"c": 1}, 75_000, 25_000, 50, None),
    "naive Bayes 75,000 × 50": ("naive_bayes", {}, 75_000, 25_000, 50, None),
}
FOLDS, PRODUCTS, TABLES = "logistic regression, trials of 3 folds", "products", "tables"
FOLDS_TRIALS = 300


# MARK: Rows

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


def write(path, x, y, classes=2):
    with open(path, "wb") as file:
        np.array([x.shape[0], x.shape[1], classes], dtype="<i8").tofile(file)
        np.ascontiguousarray(x, dtype="<f8").tofile(file)
        np.asarray(y, dtype="<f8").tofile(file)


def make(folder, rows, rest, columns, seed):
    """Writes rows to learn from and others to predict; the answers of these."""
    x, y = world(rows + rest, columns, seed)
    write(f"{folder}/train", x[:rows], y[:rows])
    write(f"{folder}/test", x[rows:], y[rows:])
    return y[rows:]


def read(path):
    with open(path, "rb") as file:
        rows, columns, _ = np.fromfile(file, dtype="<i8", count=3)
        x = np.fromfile(file, dtype="<f8", count=rows * columns).reshape(rows, columns)
        return x, np.fromfile(file, dtype="<f8", count=rows).astype(int)


# MARK: Peers, each in a process of its own

def peer(name, folder):
    """Fits and predicts with their library."""
    x, y = read(f"{folder}/train")
    xt, _ = read(f"{folder}/test")
    if name.startswith("boosting"):
        import lightgbm

        settings = dict(
            objective="binary", num_leaves=31, learning_rate=0.1, min_data_in_leaf=20,
            max_bin=255, num_threads=1, verbose=-1)
        start = time.process_time()
        model = lightgbm.train(settings, lightgbm.Dataset(x, y), 100)
        fitted = time.process_time()
        p = model.predict(xt, num_threads=1)
    else:
        model = peer_model(name.split(" ")[0])
        start = time.process_time()
        model.fit(x, y)
        fitted = time.process_time()
        p = model.predict_proba(xt)[:, 1]
    end = time.process_time()
    p.astype("<f8").tofile(f"{folder}/theirs")
    print(json.dumps({"fit": fitted - start, "predict": end - fitted}))


def peer_model(name):
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier

    return {
        "random": lambda: RandomForestClassifier(100, random_state=1, n_jobs=1),
        "extra": lambda: ExtraTreesClassifier(100, random_state=1, n_jobs=1),
        "k-NN": lambda: KNeighborsClassifier(5, algorithm="brute"),
        "logistic": lambda: LogisticRegression(C=1),
        "naive": lambda: GaussianNB(),
    }[name]()


def peer_folds(folder):
    from sklearn.linear_model import LogisticRegression

    x, y = read(f"{folder}/folds")
    rows = np.arange(len(y))
    start = time.process_time()
    trials = 10
    for _ in range(trials):
        for fold in range(3):
            kept = rows % 3 != fold
            model = LogisticRegression(C=1, max_iter=1000).fit(x[kept], y[kept])
            model.predict_proba(x[~kept])
    print(json.dumps({"trials": trials, "seconds": time.process_time() - start}))


def peer_table(reader, path):
    """Megabytes of the file in a second of CPU time, the file in memory, the best of five."""
    with open(path, "rb") as file:
        content = file.read()
    import io

    import pandas
    import polars
    import pyarrow
    import pyarrow.csv

    def arrow_csv():
        pyarrow.csv.read_csv(
            pyarrow.BufferReader(content), pyarrow.csv.ReadOptions(use_threads=False))

    def arrow_file():
        table = pyarrow.ipc.open_file(pyarrow.BufferReader(content)).read_all()
        # What they give is views: values of our own columns are there when they are copied.
        for column in table.columns:
            np.array(column.to_numpy())

    def polars_file():
        for column in polars.read_ipc(io.BytesIO(content), use_pyarrow=False):
            np.array(column.to_numpy())

    read = {
        "pyarrow csv": arrow_csv, "pyarrow arrow": arrow_file,
        "pandas csv": lambda: pandas.read_csv(io.BytesIO(content)),
        "polars csv": lambda: polars.read_csv(io.BytesIO(content)), "polars arrow": polars_file,
    }[reader]
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        read()
        best = min(best, time.process_time() - start)
    print(json.dumps(len(content) / 1e6 / best))


# MARK: The table

def run(*command):
    """What the command printed last, and the megabytes that it held at most."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: status {status}")
    return json.loads(printed.strip().splitlines()[-1]), usage.ru_maxrss / 1024


def row(what, ours, theirs, ratio, asked="", held=None):
    verdict = "" if held is None else "yes" if held else "no"
    print(f"| {what} | {ours} | {theirs} | {ratio} | {asked} | {verdict} |", flush=True)


def compare(name, bench, folder, rounds):
    from sklearn.metrics import roc_auc_score

    family, parameters, rows, rest, columns, asked = CASES[name]
    given = [f"{key}={value}" for key, value in parameters.items()]
    ours, theirs, areas = [], [], []
    for seed in range(rounds):
        # Made elsewhere: what this process once held would count as held by those it starts.
        with concurrent.futures.ProcessPoolExecutor(1) as maker:
            answers = maker.submit(make, folder, rows, rest, columns, seed).result()
        ours.append(run(
            bench, "fit", family, f"{folder}/train", f"{folder}/test", f"{folder}/ours", *given))
        theirs.append(run(sys.executable, __file__, "--peer", name, "--folder", folder))
        p = np.fromfile(f"{folder}/ours", dtype="<f8").reshape(rest, 2)[:, 1]
        q = np.fromfile(f"{folder}/theirs", dtype="<f8")
        areas.append((roc_auc_score(answers, p), roc_auc_score(answers, q)))
    for one, _ in ours:
        one["fit"] += one["prepare"]
    for one, _ in ours + theirs:
        one["both"] = one["fit"] + one["predict"]
    # The peer's fit decides where trees are compared: their prediction is a hundredth of it.
    counted = "fit" if name.startswith("boosting") else "both"
    for step, title in (("fit", "fit"), ("predict", "predict"), ("both", "together")):
        a = statistics.median(one[step] for one, _ in ours)
        b = statistics.median(one[step] for one, _ in theirs)
        wanted = asked if step == counted else None
        row(f"{name}, {title}", f"{a:.3f} s", f"{b:.3f} s", f"{a / b:.3f}",
            f"at most {wanted}" if wanted else "", a / b <= wanted if wanted else None)
    a, b = np.mean(areas, axis=0)
    apart = [f"{p - q:+.4f}" for p, q in areas]
    print(f"{name}: AUC apart by {', '.join(apart)}", file=sys.stderr, flush=True)
    bound = 0.0005 if name.startswith("boosting") else None
    row(f"{name}, AUC", f"{a:.4f}", f"{b:.4f}", f"{a - b:+.4f}",
        f"within {bound}" if bound else "", a - b >= -bound if bound else None)
    a, b = (statistics.median(memory for _, memory in runs) for runs in (ours, theirs))
    row(f"{name}, memory", f"{a:.0f} MB", f"{b:.0f} MB", f"{a / b:.2f}")


def compare_folds(bench, folder, rounds):
    write(f"{folder}/folds", *breast_cancer())
    rates = {"ours": [], "theirs": []}
    for _ in range(rounds):
        one, _ = run(bench, "folds", "logistic_regression", f"{folder}/folds", str(FOLDS_TRIALS))
        rates["ours"].append(one["trials"] / one["seconds"])
        one, _ = run(sys.executable, __file__, "--peer-folds", "--folder", folder)
        rates["theirs"].append(one["trials"] / one["seconds"])
    a, b = statistics.median(rates["ours"]), statistics.median(rates["theirs"])
    row(f"{FOLDS}, 426 × 30", f"{a:.0f}/s", f"{b:.0f}/s", f"{b / a:.3f}", "600/s", a >= 600)


def compare_products(bench, folder, rounds):
    """Parts that are products of matrices nearly throughout, beside the bare products."""
    x, y = world(21_000, 50, seed=7)
    numbers = x[:, 2] * x[:, 3] + np.sin(2 * x[:, 4])
    write(f"{folder}/kernel.train", x[:20_000], numbers[:20_000], classes=0)
    write(f"{folder}/kernel.test", x[20_000:], numbers[20_000:], classes=0)
    x, y = world(110_000, 50, seed=7)
    write(f"{folder}/near.train", x[:100_000], y[:100_000])
    write(f"{folder}/near.test", x[100_000:], y[100_000:])
    parts = {
        "kernel machine of 1,000, fit on 20,000 × 50": (
            "fit", ["kernel_machine", "kernel.train", "kernel.test"], ["components=1000"],
            [("multiply", "double", 20_000, 1000, 50), ("gram", "double", 20_000, 1000, 0)]),
        "k-NN, 10,000 queries of 100,000 × 50": (
            "predict", ["k_nearest_neighbors", "near.train", "near.test"], ["k=5"],
            [("multiply", "single", 10_000, 100_000, 50)]),
    }
    for name, (step, (family, train, test), given, products) in parts.items():
        shares = []
        for _ in range(rounds):
            one, _ = run(
                bench, "fit", family, f"{folder}/{train}", f"{folder}/{test}", f"{folder}/out",
                *given)
            bare = sum(
                run(bench, "product", *map(str, product))[0]["seconds"] for product in products)
            shares.append((bare, one[step]))
        bare, whole = (statistics.median(column) for column in zip(*shares))
        share = statistics.median(one / other for one, other in shares)
        row(f"{name}: products alone", f"{whole:.3f} s", f"{bare:.3f} s (OpenBLAS)",
            f"{share:.0%}", "85%", share >= 0.85)


def write_tables(folder):
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.feather

    chance = np.random.default_rng(1)
    rows = 400_000
    # Doubles with all their digits, others with three places, whole numbers of two to five digits.
    numbers = {f"f{i}": chance.normal(size=rows) * 10**i for i in range(6)}
    numbers |= {f"s{i}": np.round(chance.normal(size=rows) * 100, 3) for i in range(6)}
    numbers |= {f"i{i}": chance.integers(0, 10 ** (i + 2), size=rows) for i in range(4)}
    # Missing values, and texts of few and of many kinds.
    colours = np.array(["red", "green", "blue", "violet"])
    mixed = {
        "gaps": pa.array(chance.normal(size=rows), mask=chance.random(rows) < 0.1),
        "few": pa.array(colours[chance.integers(0, 4, rows)]),
        "many": pa.array([f"name {i}" for i in chance.integers(0, 10_000, rows)]),
    }
    for name, columns in (("numbers", numbers), ("mixed", mixed)):
        table = pa.table(columns)
        pyarrow.csv.write_csv(table, f"{folder}/{name}.csv")
        pyarrow.feather.write_feather(
            table, f"{folder}/{name}.arrow", compression="uncompressed")


def compare_tables(bench, folder, rounds):
    write_tables(folder)
    for file, readers in (
        ("numbers.csv", ("pyarrow csv", "polars csv", "pandas csv")),
        ("mixed.csv", ("pyarrow csv", "polars csv", "pandas csv")),
        ("numbers.arrow", ("pyarrow arrow", "polars arrow")),
    ):
        ours, theirs = [], {reader: [] for reader in readers}
        for _ in range(rounds):
            ours.append(run(bench, "table", f"{folder}/{file}")[0])
            for reader in readers:
                theirs[reader].append(run(
                    sys.executable, __file__, "--peer-table", reader, "--folder",
                    f"{folder}/{file}")[0])
        speed, inference, copying = (
            statistics.median(one[key] for one in ours)
            for key in ("read_mb_s", "infer_mb_s", "new_copy_mb_s"))
        rates = {reader: statistics.median(values) for reader, values in theirs.items()}
        listed = ", ".join(f"{reader.split(' ')[0]} {rate:.0f}" for reader, rate in rates.items())
        best = max(rates.values())
        asked = {"numbers.csv": 300, "numbers.arrow": copying}.get(file)
        row(f"{file}, read", f"{speed:.0f} MB/s", f"{listed} MB/s", f"{best / speed:.2f}",
            f"{asked:.0f} MB/s" if asked else "",
            speed >= asked * (0.9 if file == "numbers.arrow" else 1) if asked else None)
        row(f"{file}, kinds found", f"{inference:.0f} MB/s", "", "")


def main():
    kinds = {name: compare for name in CASES}
    special = {FOLDS: compare_folds, PRODUCTS: compare_products, TABLES: compare_tables}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", help="the engine-bench executable, built for release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=[*kinds, *special], action="append")
    parser.add_argument("--peer", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--peer-folds", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--peer-table", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peer:
        return peer(given.peer, given.folder)
    if given.peer_folds:
        return peer_folds(given.folder)
    if given.peer_table:
        return peer_table(given.peer_table, given.folder)
    if not given.bench:
        parser.error("--bench says where engine-bench is")
    load = os.getloadavg()[1]
    print(f"{os.cpu_count()} processors, load {load:.1f} at the start, {given.rounds} rounds\n")
    print("| what | ours | theirs | ratio | asked | held |\n| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name in given.only or [*kinds, *special]:
            if name in special:
                special[name](given.bench, folder, given.rounds)
            else:
                compare(name, given.bench, folder, given.rounds)


if __name__ == "__main__":
    main()

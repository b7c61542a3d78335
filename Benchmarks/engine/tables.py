"""Writes tables for `engine-bench table`: numbers and texts as CSV and as Arrow.

    python3 tables.py FOLDER      (numpy, pyarrow)
"""

import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather

folder = pathlib.Path(sys.argv[1])
chance = np.random.default_rng(1)
rows = 400_000

# Doubles with all their digits, others with three places, whole numbers of two to five digits.
numbers = {f"f{i}": chance.normal(size=rows) * 10**i for i in range(6)}
numbers |= {f"s{i}": np.round(chance.normal(size=rows) * 100, 3) for i in range(6)}
numbers |= {f"i{i}": chance.integers(0, 10 ** (i + 2), size=rows) for i in range(4)}
table = pa.table(numbers)
pyarrow.csv.write_csv(table, folder / "numbers.csv")
for compression in ["uncompressed", "lz4"]:
    path = folder / f"numbers-{compression}.feather"
    pyarrow.feather.write_feather(table, path, compression=compression)

# Missing values, and texts of few and of many kinds.
colours = np.array(["red", "green", "blue", "violet"])
mixed = {
    "gaps": pa.array(chance.normal(size=rows), mask=chance.random(rows) < 0.1),
    "entries": pa.array(colours[chance.integers(0, 4, rows)]).dictionary_encode(),
    "few": pa.array(colours[chance.integers(0, 4, rows)]),
    "many": pa.array([f"name {i}" for i in chance.integers(0, 10_000, rows)]),
}
table = pa.table(mixed)
pyarrow.csv.write_csv(table, folder / "mixed.csv")
pyarrow.feather.write_feather(table, folder / "mixed.feather", compression="uncompressed")

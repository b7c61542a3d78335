"""Writes the Arrow tables that ArrowReaderTests read, by the writers that users have.

    python3 fixtures.py      (pyarrow 20 or later, pandas, polars; writes beside itself)

The files are committed, so that the tests need no Python.
"""

import datetime
import decimal
import json
import pathlib

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.ipc

HERE = pathlib.Path(__file__).parent


def stream(table, name, rows=None, **options):
    options = pa.ipc.IpcWriteOptions(**options)
    with pa.ipc.new_stream(str(HERE / name), table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=rows)


def flowers():
    """Every type of number, texts, a target of texts; floats are short in decimal digits too."""
    rows = 40
    step = np.arange(rows)
    gaps = lambda values, every: [None if i % every == 3 else v for i, v in enumerate(values)]
    return pa.table({
        "i8": pa.array(gaps((step * 6 - 120).tolist(), 7), pa.int8()),
        "i16": pa.array((step * 1500 - 30000).tolist(), pa.int16()),
        "i32": pa.array(gaps((step * 100_000_007 - 2**31).tolist(), 11), pa.int32()),
        "i64": pa.array([2**53 + 1, -(2**63), 2**63 - 1] + step[3:].tolist(), pa.int64()),
        "u8": pa.array((step * 6).tolist(), pa.uint8()),
        "u16": pa.array(gaps((step * 1600).tolist(), 5), pa.uint16()),
        "u32": pa.array((step * 107_000_000).tolist(), pa.uint32()),
        "u64": pa.array([2**64 - 1, 2**53 + 1] + step[2:].tolist(), pa.uint64()),
        "f16": pa.array((step / 8).astype(np.float16)),
        "f32": pa.array(gaps(((step - 20) / 64).astype(np.float32).tolist(), 9), pa.float32()),
        "f64": pa.array(gaps((np.sin(step) * 10.0 ** (step - 20)).tolist(), 8), pa.float64()),
        "none": pa.nulls(rows),
        "flag": pa.array(gaps((step % 3 == 0).tolist(), 6), pa.bool_()),
        "city": pa.array(gaps([["Graz", "Wien", 'a "b", c', "Sankt Pölten, an der Traisen",
                                "na\u0308he"][i % 5] for i in step], 10)),
        "day": pa.array([datetime.date(1969, 12, 20) + datetime.timedelta(int(i)) for i in step]),
        "target": pa.array([f"kind {i % 3}" for i in step]),
    })


def write_flowers():
    table = flowers()
    pyarrow.csv.write_csv(table, HERE / "flowers.csv")
    stream(table, "flowers.arrow")
    stream(table, "flowers-batches.arrow", rows=7)
    # Slices: buffers that do not begin where their batch does.
    parts = pa.concat_tables([table.slice(0, 13), table.slice(13, 9), table.slice(22)])
    stream(parts, "flowers-slices.arrow")
    stream(table, "flowers-lz4.arrow", rows=20, compression="lz4")
    stream(table, "flowers-zstd.arrow", compression="zstd")
    texts = ["city", "target"]
    for name in texts:
        index = table.column_names.index(name)
        table = table.set_column(index, name, table[name].dictionary_encode())
    stream(table, "flowers-dictionary.arrow")
    # pandas knows no float16 and date columns of its own in Feather, so these stay Arrow's.
    pyarrow.feather.write_feather(table, HERE / "flowers.feather")
    frame = pl.from_arrow(flowers())
    frame.write_ipc(HERE / "flowers-polars.arrow")
    frame.with_columns(pl.col("city").cast(pl.Categorical)).write_ipc_stream(
        HERE / "flowers-polars-stream.arrow", compression="lz4")


def write_pandas():
    """As pandas writes it by default: Feather, LZ4, metadata of its own."""
    frame = pd.DataFrame({
        "size": [0.5, np.nan, 2.25, -1.0],
        "count": [1, 2, 3, 4],
        "colour": pd.Categorical(["red", "blue", None, "red"]),
        "name": ["a", "b", None, "d"],
    })
    frame.to_feather(HERE / "pandas.feather")


def write_parts():
    """As Hugging Face's save_to_disk writes a data set: streams of one schema."""
    features = {"info": {"features": {"x": {"dtype": "int64"}, "y": {"dtype": "string"}}}}
    metadata = {"huggingface": json.dumps(features)}
    schema = pa.schema([("x", pa.int64()), ("y", pa.dictionary(pa.int8(), pa.string()))], metadata)
    for part in range(2):
        values = pa.DictionaryArray.from_arrays(
            pa.array([0, 1, 0], pa.int8()), pa.array([["a", "b"], ["c", "a"]][part]))
        table = pa.table({"x": pa.array([part * 3 + i for i in range(3)]), "y": values})
        stream(table.cast(schema), f"data-0000{part}-of-00002.arrow")


def write_deltas():
    """A dictionary that grows while the stream goes on, and one that is replaced."""
    schema = pa.schema([("y", pa.dictionary(pa.int32(), pa.string()))])
    growing = [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]]
    replaced = [["a", "b"], ["c", "b"], ["d", "a"]]
    for name, dictionaries in [("deltas", growing), ("replaced", replaced)]:
        options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=name == "deltas")
        with pa.ipc.new_stream(str(HERE / f"{name}.arrow"), schema, options=options) as writer:
            for entries in dictionaries:
                indices = pa.array(list(range(len(entries))) + [None], pa.int32())
                array = pa.DictionaryArray.from_arrays(indices, pa.array(entries))
                writer.write_batch(pa.record_batch([array], schema=schema))


def write_types():
    """Lists of a fixed size, moments, decimals, and types that are passed over."""
    moment = datetime.datetime(2026, 1, 31, 12, 30, 15)
    early = datetime.datetime(1969, 12, 31, 23, 59, 59, 250_000)
    numbers = [decimal.Decimal("12.50"), decimal.Decimal("-0.05"), None]
    large = [decimal.Decimal("12345678901234567890123456789.25"), decimal.Decimal("0"), None]
    table = pa.table({
        "spot": pa.array([[1.5, 2.5], None, [None, 4.5]], pa.list_(pa.float32(), 2)),
        "pair": pa.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], pa.list_(pa.int16(), 3)),
        "s": pa.array([moment, early.replace(microsecond=0), None], pa.timestamp("s")),
        "ms": pa.array([moment, early, None], pa.timestamp("ms", tz="UTC")),
        "ns": pa.array([moment, early, None], pa.timestamp("ns")),
        "d64": pa.array([datetime.date(2026, 1, 31), datetime.date(1900, 2, 28), None],
                        pa.date64()),
        "price": pa.array(numbers, pa.decimal128(10, 2)),
        "sum": pa.array(large, pa.decimal128(38, 2)),
        "large": pa.array(["x", None, ""], pa.large_string()),
        "view": pa.array(["QXZQ", None, "a text of more than twelve bytes"], pa.string_view()),
        "tags": pa.array([["a"], None, ["b", "c"]], pa.list_(pa.string())),
        "box": pa.array([{"a": 1, "b": ["x"]}, None, {"a": 3, "b": []}]),
        "blob": pa.array([b"1", None, b"3"], pa.binary_view()),
        "last": pa.array([1, 2, 3], pa.int8()),
    })
    stream(table, "types.arrow")
    stream(table, "types-lz4.arrow", compression="lz4")
    # Small ones that are read whole, for the fuzzer.
    cells = table.drop_columns(["tags", "box", "blob"]).append_column(
        "half", pa.array(np.array([0.5, -2, 8], np.float16))).append_column(
        "flag", pa.array([True, None, False]))
    stream(cells, "cells.arrow", compression="lz4")
    pl.from_arrow(cells.drop_columns(["pair", "d64"])).write_ipc(HERE / "cells-polars.arrow")
    pyarrow.feather.write_feather(table.select(["spot", "tags", "last"]), HERE / "types.feather")


def write_texts():
    """Texts of many words, plain and in a dictionary; moments; texts of one word."""
    reviews = [f"number {i} was as good as number {i * 7 % 40}" for i in range(40)]
    moment = datetime.datetime(2026, 1, 31, 23, 30, 15)
    table = pa.table({
        "review": pa.array(reviews),
        "listed": pa.array(reviews).dictionary_encode(),
        "when": pa.array([moment + i * datetime.timedelta(hours=7) for i in range(40)],
                         pa.timestamp("ms")),
        "short": pa.array([f"word{i}" for i in range(40)]),
    })
    stream(table, "texts.arrow", rows=15, compression="lz4")
    pyarrow.csv.write_csv(table, HERE / "texts.csv")


def write_long():
    """More rows than are looked at at once; what is missing lies in some blocks and not in others."""
    rows = range(3000)
    gaps = lambda value, every, at: [None if i % every == at else value(i) for i in rows]
    table = pa.table({
        "eighths": pa.array(gaps(lambda i: i / 8, 997, 5), pa.float32()),
        "whole": pa.array([i - 1500 for i in rows], pa.int16()),
        "flag": pa.array(gaps(lambda i: i % 3 == 0, 1000, 999), pa.bool_()),
        "pair": pa.array(gaps(lambda i: [i, None if i % 7 == 0 else -i], 1100, 1099),
                         pa.list_(pa.int16(), 2)),
    })
    stream(table, "long.arrow", rows=2500, compression="lz4")


def write_moments():
    """Dates and moments of every type, texts that spell them, and texts to be read for their words.

    One text is longer than a category may be. What dictionaries hold is written as CSV without them.
    """
    rows = range(40)
    gaps = lambda values, every: [None if i % every == 3 else v for i, v in enumerate(values)]
    base = datetime.datetime(1969, 12, 30, 21, 0, 7, 250_001)
    moments = [base + datetime.timedelta(hours=5 * i, microseconds=123_457 * i) for i in rows]
    days = [moment.date() for moment in moments]
    whole = [moment.replace(microsecond=0) for moment in moments]
    spelled = [["2026-01-31T09:30+02:00", "2026-01", "2026-Q3", "1999-12-31", "2000-02-29 23:59:60Z",
                "2026-01-31 09:30:00.125"][i % 6] for i in rows]
    notes = [f"the note of row {i}, in \"some\" words" for i in rows]
    notes[7] = "word after word " * 4200
    table = pa.table({
        "d32": pa.array(gaps(days, 7), pa.date32()),
        "d64": pa.array(gaps(days, 9), pa.date64()),
        "s": pa.array(gaps(whole, 8), pa.timestamp("s")),
        "us": pa.array(gaps(moments, 11), pa.timestamp("us", tz="UTC")),
        "ns": pa.array(moments, pa.timestamp("ns")),
        "spelled": pa.array(gaps(spelled, 5)),
        "coded": pa.array(gaps(spelled, 6)),
        "stamp": pa.array(gaps(whole[:4] * 10, 13), pa.timestamp("s")),
        "note": pa.array(gaps(notes, 10)),
        "few": pa.array([["some words again", "other words again"][i % 2] for i in rows]),
        "digits": pa.array([f"{1990 + i}" for i in rows]),
        "none": pa.nulls(40, pa.string()),
        "y": pa.array([i * 0.5 for i in rows]),
    })
    pyarrow.csv.write_csv(table, HERE / "moments.csv")
    pl.from_arrow(table).write_ipc(HERE / "moments-polars.arrow", compression="lz4")
    for name in ["coded", "stamp"]:
        index = table.column_names.index(name)
        table = table.set_column(index, name, table[name].dictionary_encode())
    stream(table, "moments.arrow", rows=17, compression="lz4")


def write_bounds():
    """What is just no date any more, and texts of a mebibyte and one more."""
    far = pa.array([0, 2**40], pa.timestamp("s"))
    stream(pa.table({"when": far, "coded": far.dictionary_encode()}), "far.arrow")
    table = pa.table({"long": pa.array(["a" * 2**20]), "longer": pa.array(["a" * (2**20 + 1)])})
    stream(table, "bounds.arrow", compression="lz4")


def write_missing():
    """What programs write for a missing value, where a text or a number stands."""
    table = pa.table({
        "price": pa.array(["1.5", "NA", "-999", "2"]),
        "coded": pa.array(["1.5", "NA", "-999", "2"]).dictionary_encode(),
        "age": pa.array([20, -999, 30, 40], pa.int16()),
        "day": pa.array(["2020-01-01", "NaT", "2020-01-03", "?"]),
        "city": pa.array(["Graz", "NA", "Wien", ""]),
    })
    pyarrow.csv.write_csv(table, HERE / "missing.csv")
    stream(table, "missing.arrow")


write_flowers()
write_long()
write_texts()
write_moments()
write_bounds()
write_pandas()
write_parts()
write_deltas()
write_types()
write_missing()

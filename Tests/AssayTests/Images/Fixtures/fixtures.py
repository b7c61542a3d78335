"""Writes the pictures that PictureDecoderTests read, by the library that most people use.

    python3 fixtures.py      (Pillow, pyarrow; writes beside itself and among the Arrow tables)

`NAME.rgb` holds the pixels of NAME as Pillow decodes them. The files are committed, so that the tests
need no Python.
"""

import io
import pathlib
import random
import struct
import zlib

import pyarrow as pa
from PIL import Image

HERE = pathlib.Path(__file__).parent
TABLES = HERE.parents[2] / "EngineTests/Tables/Fixtures"
CHANCE = random.Random(7)


def noise(mode, size, bytes_pixel):
    return Image.frombytes(mode, size, CHANCE.randbytes(size[0] * size[1] * bytes_pixel))


def smooth(size):
    picture = Image.new("RGB", size)
    for x in range(size[0]):
        for y in range(size[1]):
            picture.putpixel((x, y), (10 * x, 9 * y, 120 + 3 * x - 4 * y))
    return picture


def keep(name, picture, pixels=None, **options):
    picture.save(HERE / name, **options)
    (HERE / f"{name}.rgb").write_bytes((pixels or Image.open(HERE / name).convert("RGB")).tobytes())


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def pictures():
    keep("grey.png", noise("L", (8, 8), 1))
    keep("colour.png", noise("RGB", (5, 3), 3))
    keep("one.png", Image.new("RGB", (1, 1), (200, 100, 50)))
    keep("palette.png", smooth((9, 7)).quantize(6))
    # What is clear becomes white; half clear is a matter of taste, and in no fixture.
    clear = noise("RGB", (6, 4), 3).convert("RGBA")
    clear.putalpha(Image.frombytes("L", (6, 4), bytes(255 * (i % 2) for i in range(24))))
    white = Image.new("RGBA", clear.size, (255, 255, 255, 255))
    keep("clear.png", clear, Image.alpha_composite(white, clear).convert("RGB"))
    # 257 is what makes 16 bits of 8.
    deep = [257 * (5 * i % 256) for i in range(20)]
    eight = Image.frombytes("L", (5, 4), bytes(value // 257 for value in deep)).convert("RGB")
    keep("deep.png", Image.frombytes("I;16", (5, 4), struct.pack("<20H", *deep)), eight)
    frames = [noise("RGB", (4, 4), 3) for _ in range(3)]
    keep("moving.png", frames[0], frames[0], save_all=True, append_images=frames[1:])
    keep("colour.jpg", smooth((16, 12)), quality=90)
    keep("grey.jpg", smooth((10, 11)).convert("L"), quality=90)
    keep("passes.jpg", smooth((16, 12)), progressive=True)

    smooth((8, 8)).convert("CMYK").save(HERE / "printed.jpg")
    smooth((8, 8)).save(HERE / "still.gif")
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    (HERE / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows + chunk(b"IEND", b""))
    small = bytearray((HERE / "colour.jpg").read_bytes())
    start = small.index(b"\xff\xc0") + 5
    small[start : start + 4] = struct.pack(">HH", 60_000, 60_000)
    (HERE / "huge.jpg").write_bytes(small)


def encoded(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def write(name, table, rows=None):
    with pa.ipc.new_stream(str(TABLES / name), table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)


def records():
    """As Hugging Face has pictures, in batches, and as plain bytes."""
    files = [encoded(Image.new("RGB", (4, 4), (10 * i, 20, 30))) for i in range(7)]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    values = [{"bytes": file, "path": f"{i}.png"} for i, file in enumerate(files)]
    values[2] = None
    values[5] = {"bytes": None, "path": "5.png"}
    labels = pa.array([i % 3 for i in range(7)], pa.int64())
    write("pictures.arrow", pa.table({"image": pa.array(values, kind), "label": labels}), rows=3)
    words = pa.array([["ash", "elm"][i % 2] for i in range(7)]).dictionary_encode()
    other = pa.array(files, pa.binary_view())
    write("pictures-binary.arrow", pa.table({"tree": words, "photo": other}))


pictures()
records()

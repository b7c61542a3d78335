"""The head's messages as bytes: protobuf made by hand, so that a field can hold anything."""

import struct


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 128:
        out.append(value % 128 | 128)
        value //= 128
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def real(field, value):
    return varint(field << 3 | 1) + struct.pack("<d", value)


def block(field, value=b""):
    """Text, bytes, or a message."""
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def fields(data):
    """What a message holds: numbers as they are, the rest as bytes, each with its field."""
    found = []
    position = 0

    def read():
        nonlocal position
        value = shift = 0
        while True:
            byte = data[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(data):
        key = read()
        if key & 7 == 0:
            found.append((key >> 3, read()))
        else:
            count = {1: 8, 5: 4}.get(key & 7) or read()
            found.append((key >> 3, data[position:position + count]))
            position += count
    return found


def first(data, *path):
    """The first value at a path of fields; None when it is absent."""
    for field in path:
        data = next((value for number_, value in fields(data) if number_ == field), None)
        if data is None:
            return None
    return data


def blob(digest, size):
    return block(1, digest) + number(2, size)


def idle_job(name, trials, nanoseconds=0, more=b""):
    """A SubmitRequest of trials that do nothing."""
    kind = number(1, trials) + number(2, nanoseconds)
    return block(1, block(1, name) + number(2, 50) + block(5, kind) + more)


def learning_job(name, data, schema, target="target", metric="accuracy", more=b""):
    """A SubmitRequest of a classification with a budget of one trial."""
    lesson = (
        block(1, "classification") + block(2, data) + block(3, schema) + block(4, target)
        + block(5, metric) + number(6, 2) + number(7, 1))
    kind = (
        block(1, lesson) + block(2, "maximise") + number(4, 4) + number(5, 2) + number(6, 2))
    return block(
        1, block(1, name) + number(2, 50) + block(4, number(1, 1)) + block(6, kind) + more)

"""Asks assay.v1.Models/Predict as any gRPC client would: grpcio, and no code of ours.

usage: predict.py ADDRESS CERTS MODEL < CSV     prints a CSV like that of assay predict
       predict.py ADDRESS CERTS MODEL --bench N < CSV     prints a latency and a rate

A cell that Python reads as a number is sent as one, an empty one as a missing value. CERTS holds
ca.pem, cert.pem and key.pem. The messages are written by hand: a client of its own would compile
api.proto.
"""

import csv
import pathlib
import statistics
import struct
import sys
import time

import grpc


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def value(cell):
    if cell == "":
        return b""
    try:
        return b"\x09" + struct.pack("<d", float(cell))
    except ValueError:
        return field(2, cell.encode())


def request(model, columns, rows):
    body = field(1, model.encode()) + b"".join(field(2, name.encode()) for name in columns)
    for row in rows:
        body += field(3, b"".join(field(1, value(cell)) for cell in row))
    return body


def fields(data):
    at = 0

    def number():
        nonlocal at
        result = shift = 0
        while True:
            byte = data[at]
            at += 1
            result |= (byte & 127) << shift
            if byte < 128:
                return result
            shift += 7

    while at < len(data):
        key = number()
        if key & 7 == 1:
            at += 8
            yield key >> 3, data[at - 8 : at]
        else:
            size = number()
            at += size
            yield key >> 3, data[at - size : at]


def double(data):
    return struct.unpack("<d", data)[0]


def answers(response):
    classes, predictions = [], []
    for key, data in fields(response):
        if key == 1:
            classes.append(data.decode())
        else:
            label, numbers = None, []
            for part, content in fields(data):
                if part == 1:
                    label = content.decode()
                elif part == 3:
                    numbers += [double(content[i : i + 8]) for i in range(0, len(content), 8)]
                else:
                    numbers.append(double(content))
            predictions.append((label, numbers))
    return classes, predictions


def main(address, certs, model, *bench):
    certs = pathlib.Path(certs)
    read = lambda name: (certs / name).read_bytes()
    credentials = grpc.ssl_channel_credentials(read("ca.pem"), read("key.pem"), read("cert.pem"))
    columns, *rows = csv.reader(sys.stdin)
    with grpc.secure_channel(address, credentials) as channel:
        predict = channel.unary_unary("/assay.v1.Models/Predict")
        if bench:
            return measure(predict, model, columns, rows, int(bench[1]))
        try:
            single = [answers(predict(request(model, columns, [row]), timeout=60)) for row in rows]
            classes, predictions = answers(predict(request(model, columns, rows), timeout=60))
        except grpc.RpcError as error:
            return print(error.code().name, error.details())
    assert [one for _, ones in single for one in ones] == predictions
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["prediction"] + [f"probability_{name}" for name in classes])
    for label, numbers in predictions:
        writer.writerow(([] if label is None else [label]) + [n.hex() for n in numbers])


def measure(predict, model, columns, rows, times):
    one = request(model, columns, rows[:1])
    hundred = request(model, columns, rows[:100])
    for _ in range(100):
        predict(one)
    took = []
    for _ in range(times):
        start = time.perf_counter()
        predict(one)
        took.append(time.perf_counter() - start)
    start = time.perf_counter()
    for _ in range(times):
        predict(hundred)
    rate = times * len(rows[:100]) / (time.perf_counter() - start)
    took.sort()
    print(f"p50 {statistics.median(took) * 1e6:.0f} us", end=" ")
    print(f"p99 {took[int(len(took) * 0.99)] * 1e6:.0f} us; {rate:.0f} rows/s by 100 a request")


if __name__ == "__main__":
    main(*sys.argv[1:])

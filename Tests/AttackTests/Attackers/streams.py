"""Attacks on HTTP/2 and gRPC by a user's certificate: each breaks one rule, or keeps it too well."""

import gzip
import os
import ssl
import struct
import zlib

from frames import *
from peers import beside, main

SUBMIT = "/assay.v1.Jobs/Submit"
WATCH_HEALTH = "/grpc.health.v1.Health/Watch"
# Ends a stream: the client has lost interest.
CANCEL = struct.pack(">I", 8)
EMPTY_CALL = message(b"")


def times(piece, count):
    """The same bytes again and again, a thousand at a time."""
    for _ in range(count // 1000):
        yield piece * 1000


def opened(stream, *more):
    return frame(HEADERS, END_HEADERS, stream, call(HEALTH, *more))


def split(body, first_flags=0):
    """One block of headers over as many frames as it needs."""
    pieces = [body[start:start + 16000] for start in range(0, len(body), 16000)]
    for number, piece in enumerate(pieces):
        last = END_HEADERS if number + 1 == len(pieces) else 0
        yield frame(CONTINUATION if number else HEADERS, last | first_flags, 1, piece)


def rapid_reset():
    for number in range(20_000):
        yield opened(2 * number + 1) + frame(RST, 0, 2 * number + 1, CANCEL)


def served_reset():
    """Whole calls, each given up as soon as it was made."""
    for number in range(20_000):
        stream = 2 * number + 1
        yield (
            opened(stream) + frame(DATA, END_STREAM, stream, EMPTY_CALL)
            + frame(RST, 0, stream, CANCEL))


def continuation_of_headers():
    yield frame(HEADERS, 0, 1, call(HEALTH))
    for number in range(20_000):
        yield frame(CONTINUATION, 0, 1, header(f"x-{number}", "y" * 1000))


def continuation_of_nothing():
    yield frame(HEADERS, 0, 1, call(HEALTH))
    yield from times(frame(CONTINUATION, 0, 1, b""), 200_000)


def header_bomb():
    """A header that is kept once and then named fifteen thousand times by one byte."""
    yield frame(
        HEADERS, END_HEADERS | END_STREAM, 1, call(HEALTH) + kept_header("x", "y" * 4000))
    for number in range(1, 200):
        named = call(HEALTH) + b"\xbe" * 15_000
        yield frame(HEADERS, END_HEADERS | END_STREAM, 2 * number + 1, named)


def many_streams():
    for number in range(5000):
        stream = 2 * number + 1
        yield (
            frame(HEADERS, END_HEADERS, stream, call(WATCH_HEALTH))
            + frame(DATA, END_STREAM, stream, EMPTY_CALL))


FLOODS = {
    "rapid_reset": rapid_reset,
    "served_reset": served_reset,
    "settings": lambda: times(settings((3, 100)), 200_000),
    "ping": lambda: times(frame(PING, body=b"12345678"), 200_000),
    "empty_data": lambda: [opened(1), *times(frame(DATA, 0, 1), 200_000)],
    "priority": lambda: times(frame(PRIORITY, 0, 1, bytes(5)), 200_000),
    "continuation_of_headers": continuation_of_headers,
    "continuation_of_nothing": continuation_of_nothing,
    "giant_header": lambda: split(call(HEALTH) + header("x", "y" * (1 << 20))),
    "header_bomb": header_bomb,
    "header_table": lambda: [
        frame(HEADERS, END_HEADERS | END_STREAM, 1, integer(1 << 30, 5, 0x20) + call(HEALTH))],
    "many_streams": many_streams,
    "garbage": lambda: [os.urandom(16_000) for _ in range(20)],
    "frame_too_long": lambda: [frame(DATA, 0, 1, bytes(100_000))],
    "window_overflow": lambda: [frame(WINDOW, body=struct.pack(">I", 0x7FFF_FFFF))] * 3,
    "window_of_nothing": lambda: [frame(WINDOW, body=bytes(4))],
    "push": lambda: [frame(PUSH, END_HEADERS, 1, bytes(4) + call(HEALTH))],
    "stream_of_the_head": lambda: [frame(HEADERS, END_HEADERS, 2, call(HEALTH))],
}

# What the rules allow without end, and what costs the head no memory; it goes on being served.
ALLOWED = {
    "unknown_frames": lambda: times(frame(77, body=bytes(10)), 100_000),
    "window_by_one": lambda: times(frame(WINDOW, body=struct.pack(">I", 1)), 100_000),
}


def flood(head, name):
    """Sends all of it, unless it is cut."""

    def attack():
        connection = Connection(head)
        connection.socket.settimeout(10)
        try:
            for piece in (FLOODS | ALLOWED)[name]():
                connection.socket.sendall(piece)
        except (OSError, ssl.SSLError):
            pass
        if name in ALLOWED:
            connection.socket.sendall(
                opened(1) + frame(DATA, END_STREAM, 1, EMPTY_CALL))
            return {"ended": "open" if connection.answer(1) else "closed"}
        return {"ended": str(connection.ended())}

    return beside(head, attack)


def bombs(head):
    """Twenty megabytes of nothing, packed into twenty kilobytes."""

    def attack():
        nothing = bytes(20 << 20)
        answered = 0
        for encoding, packed in (
            ("gzip", gzip.compress(nothing)), ("deflate", zlib.compress(nothing))):
            connection = Connection(head)
            connection.send(
                frame(HEADERS, END_HEADERS, 1, call(SUBMIT, ("grpc-encoding", encoding))))
            body = message(packed, compressed=1)
            connection.send(*(
                frame(DATA, 0, 1, body[start:start + 16_000])
                for start in range(0, len(body), 16_000)), frame(DATA, END_STREAM, 1))
            # Headers only, and the stream's end: an error instead of an answer.
            kinds = [kind for kind, *_ in connection.answer(1) or []]
            answered += kinds == [HEADERS]
        return {"refused": answered}

    return beside(head, attack)


def long_message(head):
    """A message that says it has two gigabytes, and one of five megabytes that is really sent."""

    # They stay until all is counted: a call whose connection has gone has no caller any more, and is
    # counted as that.
    held = []

    def attack():
        ends = []
        for size, sent in ((1 << 31, 1000), (5 << 20, 5 << 20)):
            connection = Connection(head)
            held.append(connection)
            connection.socket.settimeout(10)
            connection.send(frame(HEADERS, END_HEADERS, 1, call(SUBMIT)))
            try:
                connection.send(frame(DATA, 0, 1, b"\0" + struct.pack(">I", size)))
                for _ in range(sent // 16_000):
                    connection.send(frame(DATA, 0, 1, bytes(16_000)))
            except (OSError, ssl.SSLError):
                pass
            ends.append("refused" if connection.answer(1) else "closed")
        return {"ends": ends}

    return beside(head, attack)


def unread_answers(head):
    """Calls whose answers the client's window has no room for, on every stream it may have."""

    def attack():
        connections = []
        for _ in range(20):
            connection = Connection(head, "eve", (4, 0))
            for number in range(100):
                stream = 2 * number + 1
                connection.send(
                    frame(HEADERS, END_HEADERS, stream, call("/assay.v1.Nodes/List")),
                    frame(DATA, END_STREAM, stream, EMPTY_CALL))
            connections.append(connection)
        answered = 0
        for connection in connections:
            # The head has heard all of it: it answers the ping behind.
            connection.send(frame(PING, body=b"are here"))
            while found := connection.next():
                if found[0] == PING and found[1] & ACK:
                    answered += 1
                    break
        for connection in connections:
            connection.socket.close()
        return {"connections_heard": answered}

    return beside(head, attack)


def forged_identity(head):
    """A client that writes our own header, which names the connection of somebody else."""
    honest = Connection(head, "olga")
    forged = Connection(head, "eve")
    path = "/assay.v1.Nodes/Drain"
    body = message(b"\x0a\x01x")
    seen = {}
    for name, connection in (("operator", honest), ("forged", forged)):
        more = [] if name == "operator" else [
            ("assay-connection", str(number)) for number in range(1, 20)]
        connection.send(
            frame(HEADERS, END_HEADERS, 1, call(path, *more)),
            frame(DATA, END_STREAM, 1, body))
        answer = connection.answer(1)
        seen[name] = b"".join(part for kind, _, _, part in answer if kind == HEADERS).hex()
    # Both are refused, one for want of such a node, the other for want of the right.
    return {"same_answer": seen["operator"] == seen["forged"]}


if __name__ == "__main__":
    main(globals())

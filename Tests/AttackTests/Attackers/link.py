"""assay-link/1 as bytes: what a worker says, and what it never should."""

import ssl
import struct

from words import block, fields, first, number, real

HELLO, WELCOME, ASSIGNMENTS, REPORTS, ACKNOWLEDGED, CANCELLED, HEARTBEAT, DRAIN = range(1, 9)
REFUSED, BULK_HELLO, FETCH, PUT, FOLLOWS, STORED, MISSING = range(9, 16)


def raw(body, kind=0):
    return struct.pack(">I", len(body) + 1) + bytes([kind]) + body


def said(kind, body=b""):
    """One message as a frame."""
    return raw(block(kind, body))


def lease(job, trial, number_):
    return number(1, job) + number(2, trial) + number(3, number_)


def hello(slots=1, held=(), blobs=(), version="1", protocol=1, environment="hostile"):
    return said(
        HELLO,
        number(1, protocol) + block(2, version) + block(3, number(1, slots))
        + b"".join(block(4, one) for one in held) + b"".join(block(5, one) for one in blobs)
        + block(6, environment))


def report(lease_, event):
    return block(1, block(1, lease_) + event)


STARTED = block(2)


def scored(value=0.5, metric="accuracy", outputs=()):
    scores = block(1, block(1, metric) + real(2, value))
    return block(3, block(1, scores + b"".join(block(2, output) for output in outputs)))


def idle_done():
    return block(3, block(1))


def lost(cause, reason="x"):
    return block(4, block(1, cause) + block(2, reason))


def reports(*all_):
    return said(REPORTS, b"".join(all_))


class Link:
    """One connection of a worker."""

    def __init__(self, head, name="mallory", greeting=None):
        self.socket = head.connect(name, "assay-link/1")
        self.rest = b""
        self.session = None
        if greeting is not None:
            self.socket.sendall(greeting)
            kind, body = self.until(WELCOME, REFUSED)
            self.session = first(body, 1) if kind == WELCOME else None

    def send(self, *frames):
        self.socket.sendall(b"".join(frames))

    def next(self):
        """The next message as (kind, body), (0, bytes) for a chunk; None at the end."""
        while True:
            if len(self.rest) >= 4:
                length = struct.unpack(">I", self.rest[:4])[0]
                if len(self.rest) >= 4 + length:
                    kind, body = self.rest[4], self.rest[5:4 + length]
                    self.rest = self.rest[4 + length:]
                    return fields(body)[0] if kind == 0 else (0, body)
            try:
                more = self.socket.recv(65536)
            except TimeoutError:
                raise
            except (OSError, ssl.SSLError):
                return None
            if not more:
                return None
            self.rest += more

    def until(self, *kinds):
        """The next message of these kinds; the heartbeats between are answered."""
        while (found := self.next()) is not None:
            if found[0] in kinds:
                return found
            if found[0] == HEARTBEAT:
                self.socket.sendall(said(HEARTBEAT))
        raise ConnectionError(f"the head has closed before it said {kinds}")

    def refusal(self):
        """The head's last word before it closes."""
        word = None
        while (found := self.next()) is not None:
            if found[0] == REFUSED:
                word = (first(found[1], 1) or b"").decode()
        return word

    def assignments(self):
        """Leases, as bytes, of the next assignments."""
        _, body = self.until(ASSIGNMENTS)
        found = []
        for _, group in fields(body):
            found += [first(one, 1) for field, one in fields(group) if field == 2]
        return found

    def close(self):
        self.socket.close()

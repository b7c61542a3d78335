"""HTTP/2 as bytes: frames and uncompressed headers, made by hand so that any rule can be broken."""

import ssl
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def frame(kind, flags=0, stream=0, body=b""):
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body


def settings(*pairs):
    return frame(SETTINGS, body=b"".join(struct.pack(">HI", *pair) for pair in pairs))


def integer(value, bits, first=0):
    """A number as HPACK writes it behind the `8 - bits` leading bits of `first`."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([first | value])
    out = [first | most]
    value -= most
    while value >= 128:
        out.append(value % 128 | 128)
        value //= 128
    return bytes(out + [value])


def text(value):
    value = value if isinstance(value, bytes) else value.encode()
    return integer(len(value), 7) + value


def header(name, value):
    """A header that is not kept in the table."""
    return b"\x00" + text(name) + text(value)


def kept_header(name, value):
    """A header that the other end must keep in its table."""
    return b"\x40" + text(name) + text(value)


def call(path, *more):
    """The headers of a gRPC call."""
    fields = [
        (":method", "POST"), (":scheme", "https"), (":path", path), (":authority", "head"),
        ("te", "trailers"), ("content-type", "application/grpc"),
    ]
    return b"".join(header(*field) for field in fields + list(more))


def message(body, compressed=0):
    """A gRPC message behind its five bytes."""
    return bytes([compressed]) + struct.pack(">I", len(body)) + body


HEALTH = "/grpc.health.v1.Health/Check"


def heard(data):
    """The frames in a stream of bytes, as (kind, flags, stream, body)."""
    frames = []
    while len(data) >= 9:
        length = int.from_bytes(data[:3], "big")
        if len(data) < 9 + length:
            break
        stream = int.from_bytes(data[5:9], "big")
        frames.append((data[3], data[4], stream, data[9:9 + length]))
        data = data[9 + length:]
    return frames


class Connection:
    """An HTTP/2 connection that was greeted properly."""

    def __init__(self, head, name="eve", *pairs):
        self.socket = head.connect(name, "h2")
        self.socket.sendall(PREFACE + settings(*pairs))
        self.rest = b""

    def send(self, *frames):
        self.socket.sendall(b"".join(frames))

    def next(self):
        """The next frame; None when the head has closed."""
        while True:
            if len(self.rest) >= 9:
                length = int.from_bytes(self.rest[:3], "big")
                if len(self.rest) >= 9 + length:
                    found = heard(self.rest[:9 + length])[0]
                    self.rest = self.rest[9 + length:]
                    return found
            try:
                more = self.socket.recv(65536)
            except TimeoutError:
                raise
            except (OSError, ssl.SSLError):
                return None
            if not more:
                return None
            self.rest += more

    def ended(self):
        """How the head ends the connection: the code of its last GOAWAY, "closed", or "open"."""
        code = "closed"
        try:
            while found := self.next():
                if found[0] == GOAWAY:
                    code = int.from_bytes(found[3][4:8], "big")
        except TimeoutError:
            return "open"
        return code

    def answer(self, stream):
        """Frames of one stream up to its end; None when the connection ended before."""
        frames = []
        while found := self.next():
            if found[2] != stream:
                continue
            frames.append(found)
            if found[0] == RST or found[0] in (HEADERS, DATA) and found[1] & END_STREAM:
                return frames
        return None

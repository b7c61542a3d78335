"""Attacks on the web pages: HTTP/1.1 as no browser writes it."""

import ssl
import time

from peers import beside, main

HOST = b"Host: head\r\n"
NEXT = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"


def post(*lines, version=b"1.1"):
    return b"POST /livez HTTP/" + version + b"\r\n" + HOST + b"".join(
        line + b"\r\n" for line in lines) + b"\r\n"


CHUNKED = b"Transfer-Encoding: chunked"

# Requests whose end two readers could see in two places; the second would be somebody else's.
SMUGGLED = {
    "length and chunks": post(b"Content-Length: 6", CHUNKED) + b"0\r\n\r\nX" + NEXT,
    "unknown coding": post(b"Transfer-Encoding: xchunked") + b"0\r\n\r\n" + NEXT,
    "two codings": post(CHUNKED, b"Transfer-Encoding: identity") + b"0\r\n\r\n" + NEXT,
    "two lengths": post(b"Content-Length: 0", b"Content-Length: 37") + NEXT,
    "list of lengths": post(b"Content-Length: 0, 37") + NEXT,
    "signed length": post(b"Content-Length: +0") + NEXT,
    "negative length": post(b"Content-Length: -1") + NEXT,
    "hexadecimal length": post(b"Content-Length: 0x25") + NEXT,
    "space before the colon": post(b"Content-Length : 37") + NEXT,
    "vertical tab": post(b"Transfer-Encoding:\x0bchunked") + b"0\r\n\r\n" + NEXT,
    "folded line": post(b"X: a", b" Transfer-Encoding: chunked") + NEXT,
    "bare return": post(b"X: a\rContent-Length: 37") + NEXT,
    "zero byte": post(b"X: a\0b") + NEXT,
    "chunks in 1.0": post(CHUNKED, version=b"1.0") + b"0\r\n\r\n" + NEXT,
    "chunk too long": post(CHUNKED) + b"FFFFFFFFFFFFFFFFF\r\nx" + NEXT,
    "negative chunk": post(CHUNKED) + b"-1\r\nx" + NEXT,
    "bare newlines": b"GET /livez HTTP/1.1\nHost: head\n\n" + NEXT,
    "preface of h2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + NEXT,
}


def codes(answer):
    return [line.split(b" ")[1].decode() for line in answer.split(b"\r\n")
            if line.startswith(b"HTTP/1.1 ")]


def smuggling(head):
    """Which shapes got the request behind them served, and which left the connection open."""
    served, open_ = [], []
    for name, request in SMUGGLED.items():
        with head.connect("eve", "http/1.1") as connection:
            connection.sendall(request)
            connection.settimeout(20)
            answer = b""
            try:
                while part := connection.recv(65536):
                    answer += part
            except TimeoutError:
                open_.append(name)
            except (OSError, ssl.SSLError):
                pass
            if "200" in codes(answer):
                served.append(name)
    return {"tried": len(SMUGGLED), "served": served, "open": open_}


ENDLESS = {
    "path": (b"GET /", b"a" * 65536),
    "method": (b"", b"A" * 65536),
    "field": (b"GET / HTTP/1.1\r\nX: ", b"a" * 65536),
    "fields": (b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 1000),
    "body": (post(b"Content-Length: 100000000000"), b"a" * 65536),
    "chunks": (post(CHUNKED), b"10000\r\n" + b"a" * 65536 + b"\r\n"),
    "extension": (post(CHUNKED) + b"1;", b"a" * 65536),
    "trailers": (post(CHUNKED) + b"0\r\n", b"X: y\r\n" * 1000),
}


def endless(head):
    """Requests that never end, as fast as they are taken; all that were not cut."""

    def attack():
        uncut = []
        most = 0
        for name, (begin, more) in ENDLESS.items():
            with head.connect("eve", "http/1.1") as connection:
                connection.settimeout(15)
                sent = 0
                try:
                    connection.sendall(begin)
                    while sent < 200 << 20:
                        connection.sendall(more)
                        sent += len(more)
                    uncut.append(name)
                except TimeoutError:
                    uncut.append(name)
                except (OSError, ssl.SSLError):
                    pass
                most = max(most, sent)
        return {"uncut": uncut, "most_bytes_taken": most}

    return beside(head, attack)


def unread(head, count):
    """Requests sent ahead without end on several connections, whose answers are never read."""

    def attack():
        request = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"
        connections = []
        for _ in range(int(count)):
            connection = head.connect("eve", "http/1.1")
            connections.append(connection)
            connection.settimeout(1)
            try:
                while True:
                    connection.sendall(request * 100)
            except TimeoutError:
                pass
            except (OSError, ssl.SSLError):
                pass
        began = time.monotonic()
        cut = 0
        for connection in connections:
            connection.settimeout(30)
            try:
                # Reading would be mercy: only writing tells that it was cut.
                while True:
                    connection.sendall(request)
            except TimeoutError:
                pass
            except (OSError, ssl.SSLError):
                cut += 1
        return {"cut": cut, "cut_within_s": round(time.monotonic() - began, 1)}

    return beside(head, attack)


def paths(head):
    """Paths that leave the pages, and a page of the operator's asked for by a user."""
    tried = {
        path: head.page(path, "eve")[0]
        for path in (
            "/../../etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/livez/../metrics",
            "/metrics", "/%00", "/livez%0d%0aX: y", "http://elsewhere/metrics")
    }
    return {"served": [path for path, code in tried.items() if code == 200], "tried": len(tried)}


if __name__ == "__main__":
    main(globals())

"""Attacks on TLS and on the connections below and behind it."""

import pathlib
import resource
import ssl
import subprocess
import time

from frames import PREFACE
from peers import (
    PATIENCE, Bystander, beside, main, read_all, seconds_until_closed, until)


def client_hello(head):
    """The first bytes of an honest handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    wrapped = head.context(None, ["h2"]).wrap_bio(incoming, outgoing)
    try:
        wrapped.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def half_open(head, count):
    """Handshakes that stop after half or a whole ClientHello."""
    hello = client_hello(head)

    def attack():
        sockets = []
        first = time.monotonic()
        for number in range(int(count)):
            connection = head.plain()
            connection.sendall(hello if number % 2 else hello[:50])
            sockets.append(connection)
        last = time.monotonic()
        closed = [seconds_until_closed(one, last) for one in sockets]
        return {
            "all_closed": None not in closed,
            "opened_in_s": last - first,
            "last_closed_after_s": max(
                PATIENCE if one is None else one for one in closed),
        }

    return beside(head, attack)


def giant_hello(head):
    """A ClientHello that claims ten megabytes, and sends them."""
    record = b"\x16\x03\x01\x40\x00"
    first = b"\x01" + (10 << 20).to_bytes(3, "big") + b"\x03\x03" + b"x" * (16384 - 6)

    def attack():
        connection = head.plain()
        began = time.monotonic()
        sent = 0
        try:
            connection.sendall(record + first)
            for _ in range(640):
                connection.sendall(record + b"y" * 16384)
                sent += 16384
        except OSError:
            pass
        seconds = seconds_until_closed(connection, began)
        return {"closed": seconds is not None, "closed_after_s": seconds, "bytes": sent}

    return beside(head, attack)


def trickle(head):
    """Peers that say a byte, and then next to nothing: before, within and after the handshake."""
    hello = client_hello(head)

    def attack():
        peers = {
            "silence": (head.plain(), b""),
            "client_hello": (head.plain(), hello),
            "link": (head.connect("mallory", "assay-link/1"), b"\0\0\0"),
            "link_frame": (head.connect("mallory", "assay-link/1"), b"\0\0\1\0\0" + b"x" * 250),
            "h2": (head.connect("eve", "h2"), b""),
            "h2_preface": (head.connect("eve", "h2"), PREFACE[:-1]),
            "http": (head.connect("eve", "http/1.1"), b""),
            "http_head": (
                head.connect("eve", "http/1.1"), b"GET /livez HTTP/1.1\r\nX: " + b"a" * 500),
        }
        began = time.monotonic()
        closed = {}
        for connection, _ in peers.values():
            connection.settimeout(0.05)
        # A byte each round from every one of them, until the head has closed it.
        for round_ in range(int(20 / 0.4)):
            for name, (connection, words) in peers.items():
                if name in closed:
                    continue
                try:
                    connection.sendall(words[round_:round_ + 1])
                    if connection.recv(65536) == b"" or connection.fileno() < 0:
                        closed[name] = round(time.monotonic() - began, 1)
                except TimeoutError:
                    pass
                except (OSError, ssl.SSLError):
                    closed[name] = round(time.monotonic() - began, 1)
        return {
            "outlasted": sorted(set(peers) - set(closed)),
            "last_closed_after_s": max(closed.values(), default=0),
            "closed_after_s": closed,
        }

    return beside(head, attack)


def key_updates(head):
    """New keys without end, by openssl's own client; TLS 1.3 has nothing else to renegotiate."""

    def attack():
        certs = head.certs / "certs-eve"
        program = subprocess.Popen(
            [
                "openssl", "s_client", "-connect", "%s:%d" % head.place, "-alpn", "http/1.1",
                "-cert", certs / "cert.pem", "-key", certs / "key.pem", "-tls1_3",
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        updates = 0
        began = time.monotonic()
        try:
            # One command for each reading of its input: it says KEYUPDATE when it has done it.
            while updates < 200:
                program.stdin.write(b"k\n")
                program.stdin.flush()
                while (line := program.stdout.readline()) and not line.startswith(b"KEYUPDATE"):
                    pass
                if not line:
                    break
                updates += 1
        except OSError:
            pass
        # It may be quicker at writing than at reading that the head has closed.
        try:
            program.wait(PATIENCE)
            closed = round(time.monotonic() - began, 1)
        except subprocess.TimeoutExpired:
            closed = PATIENCE
        program.kill()
        return {"updates": updates, "closed_after_s": closed}

    return beside(head, attack)


def one_identity(head, count):
    """Connections of one certificate, all of them held."""

    def attack():
        held, served = [], 0
        for _ in range(int(count)):
            held.append(head.connect("eve", "http/1.1"))
            # At once: one that says nothing is cut while the others are still opened.
            try:
                held[-1].sendall(b"GET /livez HTTP/1.1\r\nHost: head\r\n\r\n")
                served += held[-1].recv(4096).split(b" ")[1] == b"200"
            except (OSError, IndexError, ssl.SSLError):
                pass
        for connection in held:
            connection.close()
        return {"served": served, "refused": int(count) - served}

    return beside(head, attack)


def no_room(head, count):
    """More strangers than the head has room for, all of them held."""

    def attack():
        held = [head.plain() for _ in range(int(count))]
        # They hold what they have, and yet somebody honest gets in.
        began = time.monotonic()
        Bystander(head).ask()
        seconds = time.monotonic() - began
        for connection in held:
            connection.close()
        return {"newcomer_served_after_s": round(seconds, 2)}

    return beside(head, attack)


def all_in(head, count):
    """More connections of proper certificates than the head has room for."""

    def attack():
        held, turned_away = [], []
        for _ in range(int(count)):
            began = time.monotonic()
            try:
                newcomer = Bystander(head, "eve")
                newcomer.ask()
                held.append(newcomer)
            except (OSError, ssl.SSLError, RuntimeError):
                turned_away.append(time.monotonic() - began)
        for newcomer in held:
            newcomer.connection.close()
        return {
            "served": len(held), "turned_away": len(turned_away),
            "slowest_refusal_s": round(max(turned_away, default=0), 2),
        }

    return beside(head, attack)


def no_descriptors(head, pid, count):
    """Accepting fails for want of descriptors: the limit falls to what is open."""
    files = resource.RLIMIT_NOFILE

    def attack():
        most = resource.prlimit(int(pid), files)
        open_now = int(head.metrics()["process_open_fds"])
        resource.prlimit(int(pid), files, (open_now, most[1]))
        held = [head.plain() for _ in range(int(count))]
        newcomer = head.plain()
        newcomer.settimeout(1)
        try:
            wrapped = head.context("olga", ["http/1.1"]).wrap_socket(newcomer)
            shut_out = wrapped is None
        except (OSError, ssl.SSLError):
            shut_out = True
        resource.prlimit(int(pid), files, most)
        for connection in held:
            connection.close()
        # The head's next turn at accepting may be a second away; a new client waits for it.
        began = time.monotonic()
        Bystander(head).ask()
        return {
            "shut_out": shut_out, "newcomer_served_after_s": round(time.monotonic() - began, 2)}

    return beside(head, attack)


def resumed(head, made, revoked):
    """A session that was made while the certificate was good, resumed before and after its end."""
    context = head.context("eve", ["http/1.1"])

    def ask(session):
        with context.wrap_socket(head.plain(), session=session) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: head\r\nConnection: close\r\n\r\n")
            answer = read_all(connection).decode(errors="replace")
            return connection.session, connection.session_reused, answer

    session, *_ = ask(None)
    session, resumed_before, answer_before = ask(session)
    pathlib.Path(made).touch()
    until(pathlib.Path(revoked).exists)
    _, resumed_after, answer_after = ask(session)
    return {
        "resumed_before": resumed_before, "answer_before": answer_before,
        "resumed_after": resumed_after, "answer_after": answer_after,
    }


def storm(head, begun, stop):
    """Connects and handshakes as fast as it can until the file `stop` is there."""
    sent = handshakes = 0
    end = time.monotonic() + PATIENCE
    while not pathlib.Path(stop).exists() and time.monotonic() < end:
        for protocol in ("h2", "http/1.1"):
            try:
                connection = head.plain()
                sent += 1
                connection.settimeout(0.5)
                with head.context("eve", [protocol]).wrap_socket(connection):
                    handshakes += 1
            except (OSError, ssl.SSLError):
                pass
        pathlib.Path(begun).touch()
    return {"connected": sent, "handshakes": handshakes}


if __name__ == "__main__":
    main(globals())

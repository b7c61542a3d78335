"""Connections that keep to no rules of ours, and what an attacker can see of the head.

Plain sockets and Python's own ssl, so that an attack shares no code with what it attacks.
"""

import json
import os
import pathlib
import resource
import select
import socket
import ssl
import subprocess
import sys
import time

# The bound of an attack that hangs, not its measure.
PATIENCE = 30.0


class Head:
    """Where the head listens, and the certificates that an attacker may show it."""

    def __init__(self, address, certs):
        host, port = address.rsplit(":", 1)
        self.place = (host, int(port))
        self.certs = pathlib.Path(certs)
        self.contexts = {}

    def context(self, name, protocols):
        """TLS settings of `name`, whose directory is `certs-NAME`; None shows no certificate."""
        key = (name, tuple(protocols))
        if key not in self.contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.set_alpn_protocols(protocols)
            if name is not None:
                folder = self.certs / f"certs-{name}"
                context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
            self.contexts[key] = context
        return self.contexts[key]

    def plain(self):
        """A bare TCP connection."""
        return socket.create_connection(self.place, timeout=PATIENCE)

    def connect(self, name, protocol):
        """An established TLS connection that speaks `protocol`."""
        wrapped = self.context(name, [protocol]).wrap_socket(self.plain())
        wrapped.settimeout(PATIENCE)
        return wrapped

    def page(self, path, name="olga"):
        """One web page: its code and body."""
        with self.connect(name, "http/1.1") as connection:
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: head\r\nConnection: close\r\n\r\n".encode())
            answer = read_all(connection)
        head, _, body = answer.partition(b"\r\n\r\n")
        code = int(head.split()[1]) if head else 0
        if b"transfer-encoding: chunked" in head.lower():
            body = joined_chunks(body)
        return code, body.decode(errors="replace")

    def metrics(self):
        """Every figure of /metrics by its name with labels."""
        code, body = self.page("/metrics")
        if code != 200:
            raise RuntimeError(f"/metrics answered {code}")
        figures = {}
        for line in body.splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                figures[name] = float(value)
        return figures


def read_all(connection):
    """What comes until the other end closes, however it does."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except (OSError, ssl.SSLError):
        pass
    return b"".join(parts)


def joined_chunks(body):
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        count = int(size or b"0", 16)
        if count == 0:
            break
        whole += body[:count]
        body = body[count + 2:]
    return whole


def seconds_until_closed(connection, since=None):
    """How long the head keeps a connection; None when it outlasts our patience."""
    since = since or time.monotonic()
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return None
    except (OSError, ssl.SSLError):
        pass
    return round(time.monotonic() - since, 2)


def until(condition, seconds=PATIENCE):
    """Asks until it holds; whether it did before time ran out."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
    return condition()


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


# What a head counts, and what an attack's figures of it begin with.
COUNTED = {
    "assay_connections_refused_total": "",
    "assay_connections_cut_total": "cut_",
    "assay_links_cut_total": "link_",
    "assay_calls_total": "call_",
}
QUOTE = '"'


class Bystander:
    """An honest client that asks /livez on one connection, before and during an attack."""

    def __init__(self, head, name="olga"):
        self.connection = head.connect(name, "http/1.1")

    def ask(self):
        began = time.monotonic()
        self.connection.sendall(b"GET /livez HTTP/1.1\r\nHost: head\r\n\r\n")
        answer = b""
        while not answer.endswith(b'{"status":"alive"}\n'):
            part = self.connection.recv(4096)
            if not part:
                raise RuntimeError("an honest client was cut off")
            answer += part
        return (time.monotonic() - began) * 1000


class Watch:
    """A bystander in a process of its own, so that it waits for the head and not for the attacker's
    own work. It asks two hundred times a second, and tells how long it waited when it is asked."""

    def __init__(self, head):
        self.program = subprocess.Popen(
            [sys.executable, "-B", __file__, "watch", "%s:%d" % head.place, str(head.certs)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def times(self, count=1):
        """Milliseconds of all questions since the last answer, of so many at least."""
        print(count, file=self.program.stdin, flush=True)
        answer = self.program.stdout.readline()
        if not answer:
            raise RuntimeError("an honest client was not answered")
        return json.loads(answer)

    def end(self):
        self.program.stdin.close()
        self.program.wait()


def watch(head):
    """The other end of `Watch`."""
    bystander = Bystander(head)
    times, wanted = [], None
    while True:
        times.append(bystander.ask())
        if wanted is None and select.select([sys.stdin], [], [], 0.005)[0]:
            line = sys.stdin.readline()
            if not line:
                return
            wanted = int(line)
        elif wanted is not None and len(times) < wanted:
            time.sleep(0.005)
        if wanted is not None and len(times) >= wanted:
            print(json.dumps(times), flush=True)
            times, wanted = [], None


def beside(head, attack):
    """Runs an attack beside an honest client; what it saw, how the client fared, and what is left.

    Milliseconds are for people: on a shared machine they are chance. What is asserted is that every
    question was answered, and that descriptors and memory are back.
    """
    bystander = Watch(head)
    if os.environ.get("ASSAY_ATTACK") == "whole":
        # As if it were another machine's processor that attacks.
        os.nice(5)
    bystander.times()
    before = head.metrics()
    quiet = bystander.times(200)
    seen = attack()
    # A question that is not answered ends the attack, and with it the test.
    during = bystander.times()
    bystander.end()
    seen["descriptors_are_back"] = until(
        lambda: head.metrics()["process_open_fds"] < before["process_open_fds"] + 2)
    after = head.metrics()
    for moment, figures in ("before", before), ("after", after):
        seen[f"memory_mb_{moment}"] = round(figures["process_resident_memory_bytes"] / 1e6, 1)
    seen["memory_grew_mb"] = round(seen["memory_mb_after"] - seen["memory_mb_before"], 1)
    seen["questions_answered"] = len(during)
    for moment, times in ("before", quiet), ("during", during):
        for share in 50, 99:
            seen[f"p{share}_ms_{moment}"] = round(percentile(times, share / 100), 2)
    for metric, mark in COUNTED.items():
        for name in after:
            if name.startswith(metric) and (more := after[name] - before[name]):
                seen[f"counted_{mark}{name.partition(QUOTE)[2].rstrip(QUOTE + '}')}"] = more
    return seen


def main(attacks):
    """Runs one attack: `FILE NAME ADDRESS CERTS [ARGUMENT]...`; prints what it saw."""
    name, address, certs, *arguments = sys.argv[1:]
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(json.dumps(attacks[name](Head(address, certs), *arguments)))


if __name__ == "__main__":
    watch(Head(*sys.argv[2:]))

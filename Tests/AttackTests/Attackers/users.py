"""A user's certificate in hostile hands: the public API by grpcio, and messages made by hand."""

import concurrent.futures
import hashlib

import grpc

from peers import beside, main
from words import *

JOBS, BLOBS, MODELS = "/assay.v1.Jobs/", "/assay.v1.Blobs/", "/assay.v1.Models/"


class User:
    """One gRPC channel, on a connection of its own."""

    def __init__(self, head, name):
        folder = head.certs / f"certs-{name}"
        self.channel = grpc.secure_channel(
            "%s:%d" % head.place,
            grpc.ssl_channel_credentials(*(
                (folder / file).read_bytes() for file in ("ca.pem", "key.pem", "cert.pem"))),
            options=[
                ("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)])

    def call(self, method, request=b""):
        """The status' name, and the answer or the details."""
        try:
            return "OK", self.channel.unary_unary(method)(request, timeout=60)
        except grpc.RpcError as error:
            return error.code().name, error.details()

    def stream(self, method, request=b""):
        """The status' name of a call that answers by a stream, and what it began with."""
        try:
            return "OK", next(iter(self.channel.unary_stream(method)(request, timeout=60)), b"")
        except grpc.RpcError as error:
            return error.code().name, error.details()

    def put(self, announced, *chunks):
        parts = [block(1, announced), *(block(2, chunk) for chunk in chunks)]
        try:
            return "OK", self.channel.stream_unary(BLOBS + "Put")(iter(parts), timeout=60)
        except grpc.RpcError as error:
            return error.code().name, error.details()


def described(data):
    return blob("sha256:" + hashlib.sha256(data).hexdigest(), len(data))


def names(head):
    """Texts that do something to a terminal, in every field that takes text."""
    user = User(head, "eve")
    bad = {
        "escape": "\x1b[2Jjob", "bell": "job\x07", "return": "ok\rjob", "line": "a\nb",
        "null": "a\0b", "delete": "a\x7f", "c1 control": "\x9b31mjob",
        "right to left": "job\u202e1j", "isolate": "a\u2066b", "line separator": "a\u2028b",
        "too long": "x" * 257, "none": "",
    }
    data = described(b"x")
    accepted = []
    for what, text in bad.items():
        tries = {
            "name": user.call(JOBS + "Submit", idle_job(text, 1)),
            "target": user.call(
                JOBS + "Submit", learning_job("job", data, data, target=text)),
            "metric": user.call(
                JOBS + "Submit", learning_job("job", data, data, metric=text)),
        }
        if what != "none":
            tries["key"] = user.call(JOBS + "Submit", idle_job("job", 1) + block(2, text))
        # Whatever is said of it, it is not said back.
        for field, (code, details) in tries.items():
            if code != "INVALID_ARGUMENT" or (text and text in details):
                accepted.append(f"{what} as {field}: {code}")
    verbs = [
        user.call(JOBS + "Get", block(1, text))[0] for text in ("../j1", "j1\0", "j01", "j-1", "")]
    return {"accepted": accepted, "tried": len(bad),
            "odd_ids_found": [code for code in verbs if code != "INVALID_ARGUMENT"]}


def giants(head):
    """Numbers at their ends, lists beyond their bounds, and messages beyond theirs."""
    user = User(head, "eve")
    data = described(b"x")

    def attack():
        most = (1 << 64) - 1
        tries = {
            "trials": idle_job("job", (1 << 32) - 1),
            "no trials": idle_job("job", 0),
            "priority": block(1, block(1, "job") + number(2, 1 << 30) + block(5, number(1, 1))),
            "negative priority": block(
                1, block(1, "job") + number(2, -1) + block(5, number(1, 1))),
            "five megabytes": idle_job("x" * (5 << 20), 1),
            "key": idle_job("job", 1) + block(2, "k" * 300),
            "folds": learning_job("job", data, data).replace(number(6, 2), number(6, 60), 1),
            "garbage": b"\xff" * 1000,
            "nested": nested(5000),
        }
        accepted = [
            name for name, request in tries.items()
            if user.call(JOBS + "Submit", request)[0] == "OK"]
        # What the rules allow at its very end is a job like any other, and can be cancelled.
        code, job = user.call(JOBS + "Submit", idle_job("job", 1, most, block(4, number(2, most))))
        ended = code == "OK" and user.call(JOBS + "Cancel", block(1, first(job, 1)))[0]
        many = user.call(BLOBS + "Stat", block(1, "sha256:" + "a" * 64) * 4097)[0]
        huge = user.put(blob("sha256:" + "a" * 64, 1 << 50), b"x")[0]
        full = user.put(blob("sha256:" + "a" * 64, 60 << 30), b"x")[0]
        return {"accepted": accepted, "longest_job": f"{code} {ended}",
                "blobs": [many, huge, full]}

    return beside(head, attack)


def nested(depth):
    """A message within a message within a message."""
    inner = b""
    for _ in range(depth):
        inner = block(1, inner)
    return inner


def others(head, job, digest, size):
    """Another user's job, model and blob, by their names."""
    eve = User(head, "eve")
    named = block(1, job)
    codes = {
        "get": eve.call(JOBS + "Get", named)[0],
        "cancel": eve.call(JOBS + "Cancel", named)[0],
        "watch": eve.stream(JOBS + "Watch", named)[0],
        "trials": eve.stream(JOBS + "Trials", named)[0],
        "model": eve.call(MODELS + "Get", named)[0],
        "fetch": eve.stream(MODELS + "Fetch", named + block(2, "manifest.json"))[0],
        "drain": eve.call("/assay.v1.Nodes/Drain", block(1, "w1"))[0],
    }
    listed = len(fields(eve.call(JOBS + "List")[1])) + len(fields(eve.call(MODELS + "List")[1]))
    theirs = blob(digest, int(size))
    seen = len(fields(eve.call(BLOBS + "Stat", block(1, digest))[1]))
    schema = b"{}"
    eve.put(described(schema), schema)
    submitted = eve.call(JOBS + "Submit", learning_job("theft", theirs, described(schema)))
    put = eve.put(theirs)
    # Whoever has the bytes may use them, and is not told that others have them too.
    again = len(fields(eve.call(BLOBS + "Stat", block(1, digest))[1]))
    return {
        "not_refused": [verb for verb, code in codes.items() if code != "PERMISSION_DENIED"],
        "listed": listed, "seen_by_digest": seen, "submitted": submitted[0],
        "refusal_is_that_of_a_missing_blob": "holds no blob" in (submitted[1] or ""),
        "put_without_bytes": put[0], "seen_afterwards": again,
    }


def own_bytes(head, text):
    """A second user brings the same bytes: stored once, his from then on."""
    data = text.encode()
    ute, eve = User(head, "ute"), User(head, "eve")
    seen = {}
    for name, user in (("ute", ute), ("eve", eve)):
        asked = block(1, first(described(data), 1))
        before = len(fields(user.call(BLOBS + "Stat", asked)[1]))
        put = user.put(described(data), data)[0]
        after = len(fields(user.call(BLOBS + "Stat", asked)[1]))
        seen[name] = f"{before} {put} {after}"
    return seen | {"stored": head.metrics()["assay_blobs"]}


def job_flood(head, count):
    """Jobs without end of one user; then one of another."""
    eve, ute = User(head, "eve"), User(head, "ute")

    def submit(number_):
        return eve.call(JOBS + "Submit", idle_job(f"job {number_}", 1))[0]

    def attack():
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            codes = list(pool.map(submit, range(int(count))))
        wide = eve.call(JOBS + "Submit", idle_job("wide", 1_000_000))[0]
        other = ute.call(JOBS + "Submit", idle_job("mine", 1))[0]
        for user in (eve, ute):
            user.channel.close()
        return {
            "accepted": codes.count("OK"), "refused": codes.count("RESOURCE_EXHAUSTED"),
            "wide": wide, "other_user": other}

    return beside(head, attack)


def watches(head, count):
    """Watches of one job without end, over as many connections as they need."""
    first_ = User(head, "eve")
    job = first(first_.call(JOBS + "Submit", idle_job("slow", 1))[1], 1)

    def attack():
        users, calls, codes = [], [], []
        for number_ in range(int(count)):
            if number_ % 200 == 0:
                users.append(User(head, "eve"))
                # One handshake after the other: this client takes seconds for many at once.
                grpc.channel_ready_future(users[-1].channel).result(timeout=60)
            calls.append(users[-1].channel.unary_stream(JOBS + "Watch")(block(1, job)))
        for one in calls:
            try:
                next(iter(one))
                codes.append("OK")
            except grpc.RpcError as error:
                codes.append(error.code().name)
        memory = head.metrics()["process_resident_memory_bytes"]
        ended = first_.call(JOBS + "Cancel", block(1, job))[0]
        told = 0
        for one in calls:
            try:
                told += [*one] != []
            except grpc.RpcError:
                pass
        for user in users:
            user.channel.close()
        return {"served": codes.count("OK"), "ended": ended, "told": told,
                "memory_during_mb": round(memory / 1e6, 1)}

    seen = beside(head, attack)
    first_.channel.close()
    return seen


if __name__ == "__main__":
    main(globals())

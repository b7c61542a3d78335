"""A worker's certificate in hostile hands: everything that assay-link/1 can be made to say."""

import os
import pathlib
import struct

from link import *
from peers import beside, main, until
from words import blob, block, first, number

DIGEST = "sha256:" + "ab" * 32
STRANGER = lease(1, 0, 1 << 40)


def words(head):
    """What breaks a rule of the link: each is answered by one sentence and the end."""
    greeted = {
        "length that lies": struct.pack(">I", 0xFFFF_FFFF) + b"\0",
        "length of nothing": struct.pack(">I", 0),
        "garbage": b"\x7f" + os.urandom(1000),
        "chunk on control": raw(b"x" * 100, kind=1),
        "score that is no number": reports(report(STRANGER, scored(float("nan")))),
        "score without end": reports(report(STRANGER, scored(float("inf")))),
        "output that leaves its folder": reports(report(STRANGER, scored(
            outputs=[block(1, "../../etc/passwd") + block(2, blob(DIGEST, 1))]))),
        "output larger than any": reports(report(STRANGER, scored(
            outputs=[block(1, "x") + block(2, blob(DIGEST, 1 << 60))]))),
        "too many outputs": reports(report(STRANGER, scored(
            outputs=[block(1, "x") + block(2, blob(DIGEST, 1))] * 17))),
        "too many reports": reports(*[report(STRANGER, STARTED)] * 4097),
        "second hello": hello(),
        "lease of no job": reports(report(lease(0, 0, 1), STARTED)),
        "words of a head": said(WELCOME, number(1, 1)),
        "name that moves the cursor": reports(report(STRANGER, scored(metric="\x1b[2J"))),
    }
    ungreeted = {
        "no hello": said(HEARTBEAT),
        "capacity of all": hello(slots=1 << 31),
        "capacity of none": hello(slots=0),
        "4097 leases": hello(held=[STRANGER] * 4097),
        "another protocol": hello(protocol=99),
        "version that moves the cursor": hello(version="\x1b[2J"),
        "links for blobs of others": said(BULK_HELLO, number(1, 12345)),
    }

    def attack():
        refused, unanswered = [], []
        for name, frames in (greeted | ungreeted).items():
            link = Link(head, greeting=hello() if name in greeted else None)
            link.socket.settimeout(20)
            link.send(frames)
            (refused if link.refusal() else unanswered).append(name)
        return {"refused": len(refused), "tried": len(greeted | ungreeted),
                "unanswered": unanswered}

    return beside(head, attack)


def false_leases(head):
    """A hello that claims 4096 leases, of jobs that are, were and never will be."""

    def attack():
        held = [lease(1 + number_ % 50, number_, (1 << 40) + number_) for number_ in range(4096)]
        link = Link(head)
        link.send(hello(slots=1024, held=held))
        _, welcome = link.until(WELCOME)
        kept = [value for field, value in fields(welcome) if field == 2]
        dropped = [value for field, value in fields(welcome) if field == 3]
        link.close()
        return {"kept": len(kept), "dropped": len(dropped)}

    return beside(head, attack)


def fencing(head, count):
    """One worker that opens session after session: each fences the one before."""

    def attack():
        links = [Link(head, greeting=hello()) for _ in range(int(count))]
        standing = until(lambda: head.metrics()["assay_worker_sessions"] <= 1)
        for link in links:
            link.close()
        return {"one_session_stands": standing}

    return beside(head, attack)


def blob_links(head, count):
    """Links for blobs without end, all of one session."""

    def attack():
        control = Link(head, greeting=hello())
        refused = 0
        links = []
        for _ in range(int(count)):
            link = Link(head)
            link.send(said(BULK_HELLO, number(1, control.session)))
            links.append(link)
        # A link that stands answers a fetch; one that does not has its refusal.
        wish = said(FETCH, block(1, STRANGER) + block(2, DIGEST))
        answered = 0
        for link in links:
            try:
                link.send(wish)
                kind, _ = link.until(MISSING, REFUSED)
            except OSError:
                kind = REFUSED
            answered += kind == MISSING
            refused += kind == REFUSED
        for link in links:
            link.close()
        control.close()
        return {"stand": answered, "refused": refused}

    return beside(head, attack)


def reports_flood(head, count):
    """Reports about trials of others, as fast as the head takes them."""

    def attack():
        link = Link(head, greeting=hello())
        ghost = [block(1, "x") + block(2, blob(DIGEST, 5))]
        bursts = [
            reports(*[report(STRANGER, event)] * 1000)
            for event in (idle_done(), scored(outputs=ghost))]
        for number_ in range(int(count) // 1000):
            link.send(bursts[number_ % 2])
        # Every one of them was heard, and answered by "drop it" at most.
        link.send(hello())
        return {"ended_with_a_word": link.refusal() is not None}

    return beside(head, attack)


def foreign_blobs(head, job, digest):
    """Fetches and puts for trials that are not this worker's, by guess and by knowledge."""
    control = Link(head, greeting=hello())
    answers = []
    for number_ in (0, 1, 1 << 40, (1 << 40) + 1):
        for wished in (digest, DIGEST):
            link = Link(head)
            link.send(said(BULK_HELLO, number(1, control.session)))
            held = lease(int(job), 0, number_)
            link.send(said(FETCH, block(1, held) + block(2, wished)))
            answers.append(link.until(MISSING, FOLLOWS, REFUSED)[0])
            link.send(said(PUT, block(1, held) + block(2, blob(DIGEST, 4))), raw(b"evil", kind=1))
            answers.append(link.until(MISSING, STORED, REFUSED)[0])
            link.close()
    control.close()
    return {"answers": len(answers), "all_missing": all(one == MISSING for one in answers)}


def saboteur(head, ready, stop):
    """Takes every trial that it is given and does the worst with it, until it is told to stop.

    It loses, hands back, replays, reports twice and names outputs that it never brought; it closes
    and comes back. The job is another's, and honest workers are there too.
    """
    deeds = {"taken": 0, "sessions": 0}
    old = []
    while not pathlib.Path(stop).exists() and deeds["sessions"] < 200:
        link = Link(head, greeting=hello(slots=4))
        deeds["sessions"] += 1
        link.socket.settimeout(1)
        pathlib.Path(ready).touch()
        try:
            for _ in range(20):
                leases = link.assignments()
                for taken in leases:
                    deeds["taken"] += 1
                    ghost = [block(1, "weights.safetensors") + block(2, blob(DIGEST, 5))]
                    ways = [
                        [report(taken, STARTED), report(taken, lost("crashed"))],
                        [report(taken, STARTED), report(taken, lost("worker_lost"))],
                        [report(taken, scored(9.9, outputs=ghost))],
                        [],
                    ]
                    way = ways[deeds["taken"] % len(ways)]
                    link.send(reports(*way, *[report(one, idle_done()) for one in old[-50:]]))
                    old.append(taken)
        except (TimeoutError, OSError):
            pass
        link.close()
    return deeds


def liar(head, ready, stop, environment):
    """Finishes every trial at once, each with a score that would win, until it is told to stop.

    It says nothing of what it is given but that, and computes nothing.
    """
    deeds = {"taken": 0, "drained": False}
    link = Link(head, greeting=hello(slots=2, environment=environment))
    link.socket.settimeout(1)
    pathlib.Path(ready).touch()
    while not pathlib.Path(stop).exists():
        try:
            found = link.next()
        except TimeoutError:
            link.send(said(HEARTBEAT))
            continue
        if found is None:
            break
        kind, body = found
        if kind == DRAIN:
            deeds["drained"] = True
        if kind != ASSIGNMENTS:
            continue
        for _, group in fields(body):
            for field, one in fields(group):
                if field != 2:
                    continue
                taken = first(one, 1)
                deeds["taken"] += 1
                link.send(reports(report(taken, STARTED), report(taken, scored(0.9999))))
    link.close()
    return deeds


def endless_put(head, job):
    """A put that announces four bytes and sends a megabyte, under a lease that it holds.

    And one of another digest than announced.
    """
    control = Link(head, greeting=hello(slots=1))
    taken = control.assignments()[0]
    control.send(reports(report(taken, STARTED)))
    words_ = []
    for announced, sent in ((4, 1 << 20), (4, 4)):
        link = Link(head)
        link.send(said(BULK_HELLO, number(1, control.session)))
        link.send(said(PUT, block(1, taken) + block(2, blob(DIGEST, announced))))
        try:
            for start in range(0, sent, 200_000):
                link.send(raw(b"x" * min(sent, 200_000), kind=1))
        except OSError:
            pass
        kind, _ = link.until(MISSING, STORED, REFUSED)
        words_.append({MISSING: "missing", STORED: "stored", REFUSED: "refused"}[kind])
        link.close()
    # It leaves as an honest worker would, so that another may have the trial.
    control.send(reports(report(taken, lost("handed_back"))))
    control.send(said(DRAIN))
    control.close()
    return {"answers": words_}


def false_outputs(head):
    """Reports a score whose outputs were never brought; what the head makes of it."""
    control = Link(head, greeting=hello(slots=1))
    taken = control.assignments()[0]
    ghost = [block(1, "manifest.json") + block(2, blob(DIGEST, 5))]
    control.send(reports(report(taken, STARTED), report(taken, scored(0.9, outputs=ghost))))
    trial = (first(taken, 1), first(taken, 2))
    while True:
        kind, body = control.until(ACKNOWLEDGED, ASSIGNMENTS)
        if kind == ACKNOWLEDGED:
            word = "acknowledged"
            break
        given = [first(one, 1) for _, group in fields(body)
                 for field, one in fields(group) if field == 2]
        if any((first(one, 1), first(one, 2)) == trial for one in given):
            word = "to be done again"
            break
    control.close()
    return {"word": word}


if __name__ == "__main__":
    main(globals())

"""No-op tasks and bulk data over TLS on this machine: Ray, Dask and Assay in turn, as ratios.

usage: compare.py PEERS ASSAY [--rounds N] [--tasks N] [--bulk MEGABYTES]

PEERS is the directory that setup.sh made; ASSAY is the optimised binary. Each round runs every
system once, one after the other, with two workers of one slot each, so that a machine whose speed
drifts hurts all alike. Run it in a network namespace of its own (`unshare -n`, as root), since Ray
otherwise listens on every address of the host.

tasks/s and p50: tasks without work, all at once and one after the other. CPU: of head and workers
with everything below them; in ours the client is counted too. MB/s: bytes that lie at the head (at
another worker with Dask, whose scheduler holds none), until a task on a worker has them.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

RAY_PORT, DASK_PORT = 6379, 8786

# Above every node stands a process to which Linux gives the orphans below it (36 is
# PR_SET_CHILD_SUBREAPER). So all of a node stays in one tree, whoever forks, renames itself or
# starts a session, and what ended counts with whoever waited for it.
REAPER = """
import ctypes, os, subprocess, sys
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
subprocess.Popen(sys.argv[1:])
while True:
    try: os.wait()
    except ChildProcessError: break
"""


def trees(roots):
    """The processes of the trees below the roots, and the CPU seconds of each: its own, and of
    children that it has waited for."""
    ticks = os.sysconf("SC_CLK_TCK")
    children, times = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid = int(entry.name)
        children.setdefault(int(fields[1]), []).append(pid)
        times[pid] = sum(map(int, fields[11:15])) / ticks
    found, rest = {}, list(roots)
    while rest:
        pid = rest.pop()
        found[pid] = times.get(pid, 0)
        rest += children.get(pid, [])
    return found


class Nodes:
    """The head and the workers of one system, each below a reaper of its own."""

    def __init__(self, environment):
        self.environment = environment
        self.reapers = []

    def start(self, *command):
        self.reapers.append(subprocess.Popen(
            [sys.executable, "-c", REAPER, *command], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def cpu_seconds(self):
        return sum(trees(reaper.pid for reaper in self.reapers).values())

    def stop(self):
        """Ends all that is below the reapers, which end when nothing is; then asks no more."""
        roots = [reaper.pid for reaper in self.reapers]
        for number, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 5), (signal.SIGKILL, 5)):
            for pid in trees(roots).keys() - set(roots):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            end = time.monotonic() + patience
            while time.monotonic() < end:
                if all(reaper.poll() is not None for reaper in self.reapers):
                    return
                time.sleep(0.05)
        sys.exit("processes of a peer do not end")


@contextlib.contextmanager
def running(environment):
    nodes = Nodes(environment)
    try:
        yield nodes
    finally:
        nodes.stop()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def client(python, code, environment):
    """Runs a client in a process of its own and answers the object that it prints last."""
    done = subprocess.run(
        [python, "-c", code], env=environment, capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return json.loads(done.stdout.strip().splitlines()[-1])


RAY_START = """
import json, os, sys, time, ray
import numpy as np
ray.init(address="127.0.0.1:{port}", log_to_driver=False, logging_level="ERROR")
"""

RAY_TASKS = RAY_START + """
@ray.remote
def noop(): return None
ray.get([noop.remote() for _ in range(500)])
start = time.perf_counter(); ray.get([noop.remote() for _ in range({tasks})])
rate = {tasks} / (time.perf_counter() - start)
trips = []
for _ in range(1000):
    start = time.perf_counter(); ray.get(noop.remote()); trips.append(time.perf_counter() - start)
print(json.dumps(dict(rate=rate, trips=trips)))
"""

# All nodes have one address here, so that the driver may stand on any of them: the bytes go to
# one where it does not stand.
RAY_BULK = RAY_START + """
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
here = ray.get_runtime_context().get_node_id()
there = next(node["NodeID"] for node in ray.nodes()
             if node["Alive"] and node["NodeID"] != here and node["Resources"].get("CPU"))
@ray.remote(scheduling_strategy=NodeAffinitySchedulingStrategy(there, soft=False))
def read(x): return int(x[::4096].sum())
ray.get(read.remote(np.ones(8192, np.uint8)))
stored = ray.put(np.frombuffer(os.urandom({bytes}), np.uint8))
start = time.perf_counter(); ray.get(read.remote(stored))
print(json.dumps({bytes} / 1e6 / (time.perf_counter() - start)))
"""

DASK_START = """
import json, os, time
import numpy as np
from distributed import Client
from distributed.security import Security
certs = os.environ["CERTS"]
security = Security(tls_ca_file=certs + "/ca.pem", tls_client_cert=certs + "/node.pem",
                    tls_client_key=certs + "/node.key", require_encryption=True)
client = Client("tls://127.0.0.1:{port}", security=security)
client.wait_for_workers(2)
"""

DASK_READY = DASK_START + """
print("null")
"""

DASK_TASKS = DASK_START + """
def noop(i=None): return None
client.gather(client.map(noop, range(500), pure=False))
start = time.perf_counter(); client.gather(client.map(noop, range({tasks}), pure=False))
rate = {tasks} / (time.perf_counter() - start)
trips = []
for _ in range(1000):
    start = time.perf_counter(); client.submit(noop, pure=False).result()
    trips.append(time.perf_counter() - start)
print(json.dumps(dict(rate=rate, trips=trips)))
"""

DASK_BULK = DASK_START + """
def read(x): return int(x[::4096].sum())
here, there = sorted(client.scheduler_info(n_workers=-1)["workers"])
for worker in here, there:
    client.submit(read, np.ones(8192, np.uint8), workers=[worker], pure=False).result()
bytes = np.frombuffer(os.urandom({bytes}), np.uint8)
stored = client.scatter(bytes, workers=[here], direct=True, hash=False)
start = time.perf_counter()
client.submit(read, stored, workers=[there], pure=False).result()
print(json.dumps({bytes} / 1e6 / (time.perf_counter() - start)))
"""


def measure(nodes, python, port, tasks_code, bulk_code, options):
    """Tasks with the CPU that they took, then bytes."""
    before = nodes.cpu_seconds()
    answer = client(
        python, tasks_code.format(port=port, tasks=options.tasks), nodes.environment)
    answer["cpu"] = (nodes.cpu_seconds() - before) / (options.tasks + 1500)
    answer["bulk"] = client(
        python, bulk_code.format(port=port, bytes=options.bulk * 1_000_000), nodes.environment)
    return (answer["rate"], percentile(answer["trips"], 0.5) * 1e3, answer["cpu"] * 1e3,
            answer["bulk"])


def ray_round(options):
    peers = options.peers
    certs = peers / "certs"
    environment = dict(
        os.environ,
        PATH=f"{peers}/bin:{os.environ['PATH']}",
        RAY_USE_TLS="1",
        RAY_TLS_SERVER_CERT=f"{certs}/node.pem",
        RAY_TLS_SERVER_KEY=f"{certs}/node.key",
        RAY_TLS_CA_CERT=f"{certs}/ca.pem",
        RAY_USAGE_STATS_ENABLED="0",
    )
    # Room for the bytes and half as much.
    store = max(200, options.bulk * 3 // 2) * 1_000_000
    command = [f"{peers}/bin/ray", "start", "--block", "--disable-usage-stats",
               "--node-ip-address=127.0.0.1", f"--object-store-memory={store}"]
    with running(environment) as nodes:
        for extra in (
            ["--head", f"--port={RAY_PORT}", "--num-cpus=0"],
            [f"--address=127.0.0.1:{RAY_PORT}", "--num-cpus=1"],
            [f"--address=127.0.0.1:{RAY_PORT}", "--num-cpus=1"],
        ):
            nodes.start(*command, *extra)
            time.sleep(8)  # Ray has no way to wait for its head but to try again.
        time.sleep(8)
        return measure(
            nodes, f"{peers}/bin/python", RAY_PORT, RAY_TASKS, RAY_BULK, options)


def dask_round(options):
    peers = options.peers
    certs = peers / "certs"
    environment = dict(os.environ, CERTS=str(certs))
    python, dask = f"{peers}/bin/python", f"{peers}/bin/dask"
    tls = ["--tls-ca-file", f"{certs}/ca.pem", "--tls-cert", f"{certs}/node.pem",
           "--tls-key", f"{certs}/node.key"]
    with running(environment) as nodes:
        nodes.start(dask, "scheduler", "--host", "127.0.0.1", "--port", str(DASK_PORT),
                    "--protocol", "tls", "--no-dashboard", *tls)
        for _ in range(2):
            # No limit of memory: the workers would otherwise write the bytes to disk.
            nodes.start(dask, "worker", f"tls://127.0.0.1:{DASK_PORT}", "--nthreads", "1",
                        "--host", "127.0.0.1", "--no-dashboard", "--memory-limit", "0", *tls)
        # What they took to start is not what tasks cost.
        client(python, DASK_READY.format(port=DASK_PORT), environment)
        return measure(nodes, python, DASK_PORT, DASK_TASKS, DASK_BULK, options)


def assay_round(options):
    done = subprocess.run(
        [options.assay, "bench", "--workers", "2", "--slots", "1", "--trials", str(options.tasks),
         "--bulk", str(options.bulk), "--json"],
        capture_output=True, text=True, timeout=600)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    answer = json.loads(done.stdout)
    return (answer["throughput"]["trials_per_second"], answer["round_trips"]["p50_milliseconds"],
            answer["throughput"]["cpu_milliseconds_per_trial"],
            answer["delivery"]["megabytes_per_second"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peers", type=pathlib.Path)
    parser.add_argument("assay")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--bulk", type=int, default=1024, help="megabytes sent to a worker")
    options = parser.parse_args()
    if options.bulk < 1:
        parser.error("--bulk must be 1 or more")
    rounds = {"ray": ray_round, "dask": dask_round, "assay": assay_round}
    rows = {name: [] for name in rounds}
    for number in range(1, options.rounds + 1):
        for name, one in rounds.items():
            rate, trip, cpu, bulk = row = one(options)
            rows[name].append(row)
            # A run that is broken off has not measured for nothing.
            print(f"round {number} {name}: {rate:.0f} tasks/s, p50 {trip:.2f} ms, "
                  f"CPU {cpu:.3f} ms, {bulk:.0f} MB/s", file=sys.stderr, flush=True)
    medians = {name: [statistics.median(column) for column in zip(*values)]
               for name, values in rows.items()}
    ours = medians["assay"]
    print(f"{'':8}{'tasks/s':>10}{'ours is':>9}{'p50 ms':>10}{'CPU ms/task':>14}"
          f"{'MB/s':>8}{'ours is':>9}")
    for name, (rate, trip, cpu, bulk) in medians.items():
        print(f"{name:8}{rate:10.0f}{ours[0] / rate:8.1f}x{trip:10.2f}{cpu:14.3f}"
              f"{bulk:8.0f}{ours[3] / bulk:8.1f}x")


if __name__ == "__main__":
    main()

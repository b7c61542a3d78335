"""No-op tasks end to end, over TLS, on this machine: Ray, Dask and Assay in turn, as ratios.

usage: compare.py PEERS ASSAY [--rounds N] [--tasks N]

PEERS is the directory that setup.sh made; ASSAY is the optimised binary. Each round runs every
system once, one after the other, with two workers of one slot each, so that a machine whose speed
drifts hurts all alike. Run it in a network namespace of its own (`unshare -n`, as root), since Ray
otherwise listens on every address of the host.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

RAY_PORT, DASK_PORT = 6379, 8786


def cpu_seconds(pids):
    """User and system time of the processes and all their descendants."""
    ticks = os.sysconf("SC_CLK_TCK")
    children = {}
    times = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid = int(entry.name)
        children.setdefault(int(fields[1]), []).append(pid)
        times[pid] = (int(fields[11]) + int(fields[12])) / ticks
    total, open_pids = 0.0, list(pids)
    while open_pids:
        pid = open_pids.pop()
        total += times.get(pid, 0)
        open_pids += children.get(pid, [])
    return total


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def stop(processes):
    for process in reversed(processes):
        process.terminate()
    for process in processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def client(python, code, environment):
    """Runs a client in a process of its own and answers the object that it prints last."""
    done = subprocess.run(
        [python, "-c", code], env=environment, capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return json.loads(done.stdout.strip().splitlines()[-1])


RAY_CLIENT = """
import json, sys, time, ray
ray.init(address="127.0.0.1:{port}", log_to_driver=False, logging_level="ERROR")
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

DASK_CLIENT = """
import json, os, time
from distributed import Client
from distributed.security import Security
certs = os.environ["CERTS"]
security = Security(tls_ca_file=certs + "/ca.pem", tls_client_cert=certs + "/node.pem",
                    tls_client_key=certs + "/node.key", require_encryption=True)
client = Client("tls://127.0.0.1:{port}", security=security)
client.wait_for_workers(2)
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


def ray_round(peers, tasks):
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
    command = [f"{peers}/bin/ray", "start", "--block", "--disable-usage-stats",
               "--node-ip-address=127.0.0.1", "--object-store-memory=200000000"]
    nodes = [
        subprocess.Popen(
            command + extra, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for extra in (
            ["--head", f"--port={RAY_PORT}", "--num-cpus=0"],
            [f"--address=127.0.0.1:{RAY_PORT}", "--num-cpus=1"],
            [f"--address=127.0.0.1:{RAY_PORT}", "--num-cpus=1"],
        )
        if not time.sleep(8)  # Ray has no way to wait for its head but to try again.
    ]
    try:
        time.sleep(8)
        before = cpu_seconds([node.pid for node in nodes])
        code = RAY_CLIENT.format(port=RAY_PORT, tasks=tasks)
        answer = client(f"{peers}/bin/python", code, environment)
        answer["cpu"] = (cpu_seconds([node.pid for node in nodes]) - before) / (tasks + 1500)
        return answer
    finally:
        stop(nodes)


def dask_round(peers, tasks):
    certs = peers / "certs"
    environment = dict(os.environ, CERTS=str(certs))
    tls = ["--tls-ca-file", f"{certs}/ca.pem", "--tls-cert", f"{certs}/node.pem",
           "--tls-key", f"{certs}/node.key"]
    dask = f"{peers}/bin/dask"
    quiet = dict(env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    nodes = [subprocess.Popen([dask, "scheduler", "--host", "127.0.0.1", "--port", str(DASK_PORT),
                               "--protocol", "tls", "--no-dashboard", *tls], **quiet)]
    nodes += [subprocess.Popen([dask, "worker", f"tls://127.0.0.1:{DASK_PORT}", "--nthreads", "1",
                                "--host", "127.0.0.1", "--no-dashboard", *tls], **quiet)
              for _ in range(2)]
    try:
        before = cpu_seconds([node.pid for node in nodes])
        code = DASK_CLIENT.format(port=DASK_PORT, tasks=tasks)
        answer = client(f"{peers}/bin/python", code, environment)
        answer["cpu"] = (cpu_seconds([node.pid for node in nodes]) - before) / (tasks + 1500)
        return answer
    finally:
        stop(nodes)


def assay_round(binary, tasks):
    done = subprocess.run([binary, "bench", "--trials", str(tasks), "--bulk", "0", "--json"],
                          capture_output=True, text=True, timeout=600)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peers", type=pathlib.Path)
    parser.add_argument("assay")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=20_000)
    options = parser.parse_args()
    rows = {"ray": [], "dask": [], "assay": []}
    for _ in range(options.rounds):
        for name, answer in (
            ("ray", ray_round(options.peers, options.tasks)),
            ("dask", dask_round(options.peers, options.tasks)),
        ):
            rows[name].append((answer["rate"], percentile(answer["trips"], 0.5) * 1e3,
                               answer["cpu"] * 1e3))
        ours = assay_round(options.assay, options.tasks)
        rows["assay"].append((ours["throughput"]["trials_per_second"],
                              ours["round_trips"]["p50_milliseconds"],
                              ours["throughput"]["cpu_milliseconds_per_trial"]))
    medians = {name: [statistics.median(column) for column in zip(*values)]
               for name, values in rows.items()}
    print(f"{'':8}{'tasks/s':>12}{'p50 ms':>10}{'CPU ms/task':>14}{'ours is':>12}")
    for name, (rate, trip, cpu) in medians.items():
        print(f"{name:8}{rate:12.0f}{trip:10.2f}{cpu:14.3f}"
              f"{medians['assay'][0] / rate:11.1f}x")


if __name__ == "__main__":
    main()

"""Programs of a hostile user, each run as the command of a trial, inside its sandbox.

Nothing that they print reaches anybody. What they saw they leave as an output, `seen.json`: which
attempts were allowed, and which were denied and how.
"""

import ctypes
import errno
import json
import mmap
import os
import socket
import struct
import subprocess
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
talk = socket.socket(fileno=int(os.environ["ASSAY_SCORES_FD"]))
seen = {"allowed": [], "denied": {}}


def attempt(name, deed):
    """Tries what must not be let."""
    try:
        deed()
        seen["allowed"].append(name)
    except OSError as error:
        seen["denied"][name] = errno.errorcode.get(error.errno, str(error.errno))


def call(number, *arguments):
    """A system call by its number, whatever the C library thinks of it."""
    libc.syscall.restype = ctypes.c_long
    arguments = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    ctypes.set_errno(0)
    answer = libc.syscall(ctypes.c_long(number), *arguments)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def report(score, step=None):
    line = {"scores": {"score": score}}
    if step is not None:
        line["step"] = step
    talk.sendall(json.dumps(line).encode() + b"\n")
    if step is not None:
        return talk.recv(100)


def read(path):
    with open(path, "rb") as file:
        file.read(1)


def write(path):
    with open(path, "r+b" if os.path.exists(path) else "wb") as file:
        file.write(b"x")


# What is there to be seen


def files(*secrets):
    for path in secrets:
        attempt("read " + path, lambda: read(path))
    for path in [
        "/etc/shadow", "/etc/ssh/ssh_host_ed25519_key", "/root", "/home", "/var/lib", "/run/secrets",
        "/proc/1/environ", "/proc/1/maps", "/proc/1/mem", "/proc/kcore", "/proc/kmsg", "/dev/mem",
        "/dev/kmsg", "/dev/vda", "/dev/sda", "/sys/kernel",
    ]:
        attempt("read " + path, lambda: os.listdir(path) if os.path.isdir(path) else read(path))
    for path in ["/proc/1/root/", "/proc/1/cwd/", "/proc/1/fd/", "/proc/self/root/../root"]:
        attempt("list " + path, lambda: os.listdir(path))
    for path in [
        "/x", "/usr/x", "/usr/bin/python3", "/etc/passwd", "/etc/x", "/bin/sh", "/dev/x", "/run/x",
        "/run/assay/assay", "/run/assay/x", "main.py", "/trial/parameters.json",
        "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger",
        "/proc/sys/user/max_user_namespaces", "/proc/self/uid_map", "/proc/self/oom_score_adj",
        "/proc/1/oom_score_adj", "/proc/irq/default_smp_affinity",
    ]:
        attempt("write " + path, lambda: write(path))
    attempt("remount", lambda: call(165, b"none", b"/usr", None, 0x20 | 0x1000, None))
    attempt("remove a file of the job", lambda: os.remove("main.py"))
    attempt("put another in its place", lambda: os.rename("/trial/parameters.json", "main.py"))
    seen["etc"] = sorted(os.listdir("/etc"))
    seen["root"] = sorted(os.listdir("/"))
    seen["people"] = open("/etc/passwd").read()


def strangers(mark):
    """Looks for the files of another trial, which has a file of this name."""
    found = []
    for place in ["/trial", "/tmp", "/dev/shm", "/run", "/proc"]:
        for directory, names, leaves in os.walk(place, onerror=None):
            found += [directory + "/" + leaf for leaf in leaves if leaf == mark]
    seen["allowed"] += found
    seen["processes"] = len([name for name in os.listdir("/proc") if name.isdigit()])


def neighbour(mark):
    """Has something to hide, and says when it is hidden."""
    for place in ["/trial/tmp", "/trial/output", "/dev/shm"]:
        open(place + "/" + mark, "w").close()
    report(1, 1)


# Who is there to be reached


def network(port, abstract, reach="nobody"):
    """With `reach` of `host`, only what does not leave this machine."""

    def connect(family, address, kind=socket.SOCK_STREAM):
        with socket.socket(family, kind) as peer:
            peer.settimeout(5)
            peer.connect(address)
            if kind == socket.SOCK_DGRAM:
                peer.send(b"x")

    attempt("the host", lambda: connect(socket.AF_INET, ("127.0.0.1", int(port))))
    attempt("an abstract socket", lambda: connect(socket.AF_UNIX, "\0" + abstract))
    if reach == "host":
        return
    attempt("the metadata address", lambda: connect(socket.AF_INET, ("169.254.169.254", 80)))
    attempt("over IPv6", lambda: connect(socket.AF_INET6, ("::1", int(port))))
    attempt("an address of nobody", lambda: connect(socket.AF_INET, ("192.0.2.1", 80)))
    udp = socket.SOCK_DGRAM
    attempt("UDP", lambda: connect(socket.AF_INET, ("192.0.2.1", 53), udp))
    for name, family, kind, protocol in [
        ("packets", 17, socket.SOCK_RAW, 0x0300), ("raw IP", 2, socket.SOCK_RAW, 1),
        ("virtual machines", 40, socket.SOCK_STREAM, 0), ("kernel crypto", 38, 5, 0),
        ("kernel events", 16, socket.SOCK_RAW, 15), ("firewall", 16, socket.SOCK_RAW, 12),
        ("bluetooth", 31, socket.SOCK_RAW, 1), ("keys", 15, socket.SOCK_RAW, 2),
    ]:
        attempt("a socket for " + name, lambda: socket.socket(family, kind, protocol).close())
    seen["interfaces"] = [name for _, name in socket.if_nameindex()]


def processes(worker):
    worker = int(worker)
    attempt("signal the worker", lambda: os.kill(worker, 9))
    attempt("signal it again", lambda: os.kill(worker, 0))
    attempt("ptrace", lambda: call(101, 16, 1, 0, 0))
    attempt("trace a child", lambda: call(101, 0, 0, 0, 0))
    attempt("read another's memory", lambda: call(310, 1, 0, 0, 0, 0, 0))
    attempt("write another's memory", lambda: call(311, 1, 0, 0, 0, 0, 0))
    attempt("take another's descriptor", lambda: call(438, 3, 0, 0))
    attempt("a handle of the worker", lambda: call(434, worker, 0))
    attempt("raise a limit", lambda: call(160, 7, struct.pack("QQ", 1 << 30, 1 << 30)))
    attempt("a limit of the worker", lambda: call(302, worker, 7, struct.pack("QQ", 0, 0), None))
    attempt("go faster", lambda: os.nice(-5))
    attempt("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
    # Process 1 takes no signal from within: it is still there afterwards.
    for signal in [1, 2, 9, 15, 19]:
        try:
            os.kill(1, signal)
        except OSError:
            pass
    status = open("/proc/1/status").read()
    if "(sleeping)" not in status and "(running)" not in status:
        seen["allowed"].append("stopped the attendant")
    seen["parent"] = os.getppid()


def descriptors():
    """What it was left with."""
    seen["descriptors"] = {
        name: os.readlink("/proc/self/fd/" + name).split(":")[0]
        for name in os.listdir("/proc/self/fd")
        if os.path.lexists("/proc/self/fd/" + name)
    }
    seen["environment"] = sorted(os.environ)
    attempt("another's descriptors", lambda: os.listdir("/proc/1/fd"))
    attempt("its own socket anew", lambda: os.open("/proc/self/fd/3", os.O_RDWR))


# What the kernel could be asked for


def calls():
    """Numbers of x86-64."""
    buffer = ctypes.create_string_buffer(4096)
    flags = {
        "a user": 0x10000000, "mounts": 0x20000, "processes": 0x20000000, "a network": 0x40000000,
        "a name": 0x4000000, "messages": 0x8000000, "groups": 0x2000000,
    }
    for name, flag in flags.items():
        attempt("unshare " + name, lambda: call(272, flag))
        attempt("clone " + name, lambda: clone(flag))
    attempt("unshare time", lambda: call(272, 0x80))
    attempt("clone3", lambda: call(435, struct.pack("8Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0), 64))
    attempt("setns", lambda: call(308, os.open("/proc/self/ns/user", os.O_RDONLY), 0))
    attempt("become root", lambda: os.setresuid(0, 0, 0))
    attempt("another group", lambda: os.setresgid(0, 0, 0))
    attempt("more groups", lambda: os.setgroups([0]))
    everything = struct.pack("6I", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0)
    attempt("capabilities", lambda: call(126, struct.pack("Ii", 0x20080522, 0), everything))
    for kind, mode in [("character", 0o020666), ("block", 0o060666)]:
        attempt("a %s device" % kind, lambda: os.mknod("/trial/tmp/d", mode, os.makedev(1, 3)))
    for name, number, arguments in [
        ("mount", 165, (b"t", b"/trial/tmp", b"tmpfs", 0, None)), ("umount", 166, (b"/usr", 2)),
        ("pivot_root", 155, (b"/trial", b"/trial")), ("chroot", 161, (b"/trial",)),
        ("fsopen", 430, (b"tmpfs", 0)), ("open_tree", 428, (-100, b"/", 1)),
        ("move_mount", 429, (-1, b"", -1, b"", 0)), ("mount_setattr", 442, (-100, b"/", 0, buffer, 32)),
        ("add_key", 248, (b"user", b"x", b"x", 1, -3)), ("request_key", 249, (b"user", b"x", 0, -3)),
        ("keyctl", 250, (0, -3, 1)), ("bpf", 321, (0, buffer, 48)),
        ("perf_event_open", 298, (buffer, 0, -1, -1, 0)), ("userfaultfd", 323, (1,)),
        ("io_uring_setup", 425, (8, buffer)), ("init_module", 175, (buffer, 1, b"")),
        ("finit_module", 313, (0, b"", 0)), ("delete_module", 176, (b"x", 0)),
        ("kexec_load", 246, (0, 0, buffer, 0)), ("clock_settime", 227, (0, buffer)),
        ("settimeofday", 164, (buffer, None)), ("adjtimex", 159, (buffer,)),
        ("clock_adjtime", 305, (0, buffer)), ("sethostname", 170, (b"x", 1)),
        ("setdomainname", 171, (b"x", 1)), ("reboot", 169, (0xFEE1DEAD, 672274793, 0, 0)),
        ("swapon", 167, (b"/x", 0)), ("acct", 163, (None,)), ("syslog", 103, (3, buffer, 100)),
        ("iopl", 172, (3,)), ("ioperm", 173, (0, 1, 1)), ("quotactl", 179, (0, None, 0, buffer)),
        ("open_by_handle_at", 304, (-100, buffer, 0)), ("fanotify_init", 300, (0, 0)),
        ("kcmp", 312, (os.getpid(), os.getpid(), 0, 0, 0)), ("modify_ldt", 154, (0, buffer, 16)),
        ("personality", 135, (0x0040000,)), ("shmget", 29, (0, 1 << 30, 0o1600)),
        ("msgget", 68, (0, 0o1600)), ("vhangup", 153, ()), ("huge pages", 319, (b"x", 4)),
    ]:
        attempt(name, lambda: call(number, *arguments))
    for name, request in [("TIOCSTI", 0x5412), ("TIOCLINUX", 0x541C), ("TIOCSTI in disguise", 1 << 32 | 0x5412)]:
        attempt(name, lambda: call(16, 0, request, b"x"))
    seen["privileges"] = [
        line for line in open("/proc/self/status").read().split("\n")
        if line.startswith(("Cap", "NoNewPrivs", "Seccomp:"))
    ]


def clone(flags):
    child = call(56, flags | 17, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def set_user_bits():
    """A program that would be another's: its bits are ignored, and there is no other user."""
    for name in ["/usr/bin/su", "/usr/bin/mount", "/usr/bin/passwd"]:
        if os.path.exists(name):
            out = subprocess.run([name, "--version"], capture_output=True)
            seen.setdefault("ran", []).append(out.returncode)
    mine = "/trial/tmp/copy"
    with open("/usr/bin/id", "rb") as source, open(mine, "wb") as target:
        target.write(source.read())
    os.chmod(mine, 0o6755)
    seen["identity"] = subprocess.run([mine, "-u"], capture_output=True, text=True).stdout.strip()


def old_calls():
    """Through the door of 32-bit programs, where numbers mean other calls."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    seen["allowed"].append(ctypes.CFUNCTYPE(ctypes.c_int)(address)())


# What could be used up


def forks(most):
    children = 0
    for _ in range(int(most) * 20):
        try:
            child = os.fork()
        except OSError as error:
            seen["end"] = errno.errorcode[error.errno]
            break
        if child == 0:
            try:
                while True:
                    os.fork()
            except OSError:
                time.sleep(1000)
        children += 1
    seen["children"] = children
    seen["processes"] = len([name for name in os.listdir("/proc") if name.isdigit()])


def memory(megabytes):
    """In one process, as data."""
    hold = []
    for _ in range(int(megabytes)):
        hold.append(bytearray(b"x" * (1 << 20)))
    seen["allowed"].append("%d MB" % len(hold))


def shared_memory(megabytes):
    """In no process's data: pages that are shared with nobody."""
    hold = mmap.mmap(-1, int(megabytes) << 20)
    for page in range(0, int(megabytes) << 20, 4096):
        hold[page] = 1
    seen["allowed"].append(megabytes + " MB")


def memory_of_many(megabytes, processes):
    """Each below its limit, together far above."""
    children = []
    for _ in range(int(processes)):
        child = os.fork()
        if child == 0:
            hold = bytearray(b"x" * (int(megabytes) << 20))
            time.sleep(1000 if hold else 0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def disk(limit):
    """Fills each place that can be written."""
    filled = 0
    for place in ["/trial/work/x", "/trial/tmp/x", "/trial/output/x", "/trial/home/x"]:
        try:
            with open(place, "wb", buffering=0) as file:
                while filled < 4 * int(limit):
                    filled += file.write(b"x" * (1 << 20))
        except OSError as error:
            seen["end"] = errno.errorcode[error.errno]
    shared = 0
    try:
        with open("/dev/shm/x", "wb", buffering=0) as file:
            while shared < 4 * int(limit):
                shared += file.write(b"x" * (1 << 20))
    except OSError:
        pass
    for path in ["/trial/work/x", "/trial/tmp/x", "/trial/output/x", "/trial/home/x"]:
        if os.path.exists(path):
            os.remove(path)
    seen["filled"] = filled
    seen["shared"] = shared


def processor():
    """In many processes, each a short while."""
    for _ in range(1000):
        if os.fork() == 0:
            end = time.process_time() + 0.2
            while time.process_time() < end:
                pass
            os._exit(0)
        os.wait()


# What the worker itself reads


def outputs(kind):
    """Leaves something else than a file where one is announced."""
    path = "/trial/output/model.bin"
    if kind == "link":
        os.symlink("/etc/passwd", path)
    elif kind == "link to a secret":
        os.symlink("/proc/1/environ", path)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "directory":
        os.mkdir(path)
    elif kind == "socket":
        socket.socket(socket.AF_UNIX).bind(path)
    elif kind == "linked directory":
        os.rename("/trial/output", "/trial/moved")
        os.symlink("/usr/bin", "/trial/output")
    elif kind == "endless":
        os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 20 << 20)
    report(1)
    os._exit(0)


def swaps():
    """Goes on swapping a file and a link after the program has ended."""
    path = "/trial/output/"
    if os.fork() == 0:
        os.setsid()
        while True:
            open(path + "a", "w").write("mine")
            os.rename(path + "a", path + "model.bin")
            os.symlink("/etc/passwd", path + "b")
            os.rename(path + "b", path + "model.bin")
    while not os.path.lexists(path + "model.bin"):
        time.sleep(0.001)


def flood(kind):
    """Says more than anybody wants to hear."""
    try:
        if kind == "one endless line":
            while True:
                talk.sendall(b"x" * 65536)
        elif kind == "lines without end":
            while True:
                talk.sendall(b'{"scores":{"score":1}}\n' * 1000)
        elif kind == "steps without end":
            for step in range(1 << 32):
                talk.sendall(b'{"step":%d,"scores":{"score":1}}\n' % step)
        elif kind == "depth":
            talk.sendall(b'{"scores":' + b'{"a":' * 3000 + b"\n")
        elif kind == "descriptors":
            hold = [os.open("/dev/null", os.O_RDONLY) for _ in range(200)]
            try:
                for _ in range(1000):
                    socket.send_fds(talk, [b" "], hold)
            except OSError:
                pass
            talk.sendall(b"\n")
        elif kind == "standard output":
            for _ in range(2000):
                os.write(1, b"4711" * 16384)
                os.write(2, b"4711" * 16384)
            return
    except BrokenPipeError:
        pass
    time.sleep(1000)


def lingers(mark):
    """Leaves children that listen to nobody, then ends."""
    child = (
        "import os, signal, sys, time\n"
        "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]\n"
        "os.setsid() if os.fork() == 0 else os._exit(0)\n"
        "os._exit(0) if os.fork() else time.sleep(1000)\n"
    )
    for _ in range(3):
        subprocess.run([sys.executable, "-c", child, mark])


def stays(mark):
    """Leaves children in sessions of their own, and stays."""
    child = "import os, time; os.setsid() if os.fork() == 0 else None; time.sleep(1000)"
    for _ in range(2):
        subprocess.Popen([sys.executable, "-c", child, mark])
    time.sleep(1000)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
    seen["denials"] = len(seen["denied"])
    with open(os.environ["ASSAY_OUTPUT"] + "/seen.json", "w") as file:
        json.dump(seen, file)
    report(1)

# SPDX-License-Identifier: MIT
"""What every result says about where it comes from, and the two CPUs that a measurement uses."""
import ctypes
import datetime
import fcntl
import os
import platform
import re
import resource
import socket
import struct
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _first(path, pattern, default="unknown"):
    try:
        with open(path, encoding="utf-8") as file:
            found = re.search(pattern, file.read(), re.M)
        return found[1].strip() if found else default
    except OSError:
        return default


def _output(*command):
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def cpus():
    """The CPU of the server and that of the generator; (None, None) where there is only one: then nothing is pinned."""
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[1]) if len(allowed) > 1 else (None, None)


def pin(cpu):
    """For `preexec_fn`: this process, and what it starts, stays on that CPU."""
    return (lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None


def raise_descriptor_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def private_network():
    """Moves this process, and what it starts, to a network namespace of its own with nothing but loopback, reno and many ports: so
    that a firewall, bbr's pacing or somebody else's traffic does not count. False where the system does not allow it."""
    new_user, new_network, up, get_flags, set_flags = 0x10000000, 0x40000000, 1, 0x8913, 0x8914
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(new_network) != 0:
        if libc.unshare(new_user | new_network) != 0:
            return False
        for path, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{path}", "w", encoding="ascii") as file:
                file.write(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, get_flags, request))[1]
        fcntl.ioctl(control, set_flags, struct.pack("16sh14x", b"lo", flags | up))
    for name, value in (("tcp_congestion_control", "reno"), ("ip_local_port_range", "10000 65535")):
        with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
            file.write(value)
    return True


def commit():
    changed = _output("git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results")
    return (_output("git", "rev-parse", "--short=12", "HEAD") or "unknown") + (" with changes" if changed else "")


def description(network=None):
    """Lines of `name: value`; `network`: what `private_network` said, if sockets matter."""
    server, generator = cpus()
    memory = int(_first("/proc/meminfo", r"^MemTotal:\s+(\d+)", "0")) / (1 << 20)
    lines = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "CPU": _first("/proc/cpuinfo", r"^model name\s*:\s*(.*)$"),
        "cores": f"{os.cpu_count()}, {len(os.sched_getaffinity(0))} of them usable",
        "memory": f"{memory:.1f} GiB",
        "kernel": platform.release(),
        "compiler": _first(os.path.join(ROOT, "build/release/CMakeCache.txt"), r"^CMAKE_CXX_COMPILER:\w+=(.*)$", "c++"),
        "pinning": f"server on CPU {server}, generator on CPU {generator}" if server is not None
                   else "none: there is only one CPU",
        "load before": "%.2f %.2f %.2f" % os.getloadavg(),
    }
    if network is not None:
        lines["network"] = ("loopback of " + ("a private namespace" if network else "the machine") + ", " +
                            _first("/proc/sys/net/ipv4/tcp_congestion_control", r"(\S+)"))
    version = _output(lines["compiler"], "--version").splitlines()
    lines["compiler"] = version[0] if version else "unknown"
    return [f"{name}: {value}" for name, value in lines.items()]

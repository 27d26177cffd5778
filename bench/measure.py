# SPDX-License-Identifier: MIT
"""Servers in turn under the same load: what bench/compare and bench/gate have in common."""
import dataclasses
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

import machine

BIN = os.path.join(machine.ROOT, "build/release/bin")


class Trouble(Exception):
    """Why it cannot go on, in one line."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """A server that may be started: a command with {port}, {mode} and perhaps {deflate}, {cert} and {key}."""
    name: str
    speaks: str
    command: list

    def takes_part(self, scenario):
        able = " ".join(self.command)
        return (self.speaks == scenario.speaks and (not scenario.deflate or "{deflate}" in able) and (not scenario.tls or "{cert}" in able))


PLAIN = ["--mode", "{mode}", "--port", "{port}"]
TLS = ["--cert={cert}", "--key={key}"]
WHOLE = PLAIN + ["--deflate={deflate}"] + TLS  # what ours and npm's understand


def ours(name, program):
    """One Kind for each protocol that it speaks."""
    return [Kind(name, speaks, [program, "--suite", "bench"] + WHOLE) for speaks in ("ws", "sio", "http")]


def certificate(made=[]):
    """A certificate (P-256) for as long as this program runs, and its key: paths. One for all servers."""
    if not made:
        folder = tempfile.TemporaryDirectory(prefix="duplex-bench-")
        cert, key = (os.path.join(folder.name, name) for name in ("cert.pem", "key.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                        "-days", "30", "-keyout", key, "-out", cert], check=True, capture_output=True)
        made += [cert, key, folder]
    return made[:2]


class Running:
    """A server process, ended by its id when the block ends."""

    def __init__(self, kind, scenario, cpu):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        cert, key = certificate() if scenario.tls else ("", "")
        values = {"port": self.port, "mode": scenario.server_mode, "deflate": int(scenario.deflate), "cert": cert, "key": key}
        if any("{folder}" in part for part in kind.command):
            self.folder = tempfile.TemporaryDirectory(prefix="duplex-bench-")
            values["folder"] = self.folder.name
        command = [part.format(**values) for part in kind.command]
        # `--deflate=0` and `--deflate=1` are how a template says it of programs for which --deflate is a flag.
        command = [part.removesuffix("=1") for part in command if part not in ("--deflate=0", "--cert=", "--key=")]
        self.kind = kind
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=machine.pin(cpu))
        deadline = time.monotonic() + 20
        while True:
            if self.process.poll() is not None:
                raise Trouble(f"{kind.name} ended with {self.process.returncode}: {shlex.join(command)}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    self.stop()
                    raise Trouble(f"{kind.name} does not listen on port {self.port}: {shlex.join(command)}")
                time.sleep(0.02)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def shown(command, server=None):
    """A command as a person would type it in the source tree, with names for what is another number each time."""
    text = shlex.join(command).replace(machine.ROOT + "/", "")
    if server:
        text = text.replace(f":{server.port}/", ":PORT/").replace(f"--server-pid {server.process.pid}", "--server-pid PID")
    return text.replace("'{port}'", "PORT").replace("'{mode}'", "MODE").replace("'{folder}'", "FOLDER").replace(" --deflate=0", "").replace(" '--cert={cert}' '--key={key}'", "")


class Bench:
    """Runs loads, and remembers what was run and what the generator had to say.

    `options`: generator, pairs, seconds, warmup; `cpus`: of the server and of the generator."""

    def __init__(self, options, cpus):
        self.options, self.cpus = options, cpus
        self.runs = 0
        self.commands = {}  # what was run, by scenario or server
        self.notes = {}     # without its figures: how often, and the first time in full

    def start(self, kind, scenario):
        self.commands.setdefault(f"server {kind.name}", shown([part.replace("{deflate}", "0") for part in kind.command]))
        return Running(kind, scenario, self.cpus[0])

    def run(self, scenario, server):
        """One load on one server: {figure: value}."""
        scheme = ("ws" if server.kind.speaks == "ws" else "http") + ("s" if scenario.tls else "")
        path = "http" if scenario.mode == "request" else ""
        command = [self.options.generator, "bench", f"{scheme}://127.0.0.1:{server.port}/{path}", "--json", "--server-pid", str(server.process.pid)]
        command += scenario.load(self.options, self.cpus[1] is not None)
        self.commands.setdefault(scenario.name, shown(command, server))
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=machine.pin(self.cpus[1]),
                             timeout=120 + self.options.seconds + self.options.warmup)
        if ran.returncode != 0:
            raise RuntimeError(f"{shlex.join(command)} exited with {ran.returncode}: {ran.stderr.strip()[-500:]}")
        report = json.loads(ran.stdout)
        self.runs += 1
        for warning in report["warnings"]:
            note = self.notes.setdefault(re.sub(r"\d+", "", warning), [0, f"{scenario.name}, {server.kind.name}: {warning}"])
            note[0] += 1
        return scenario.read(report)

    def in_turn(self, scenario, kinds, fresh=False):
        """[{figure: [value of each turn]}] for each kind; `fresh`: each turn has processes of its own."""
        measured = [{name: [] for name in scenario.figures} for _ in kinds]
        fresh |= scenario.mode == "idle"  # memory that an earlier turn left behind would count
        running = []
        try:
            for kind in [] if fresh else kinds:
                running.append(self.start(kind, scenario))
            for turn in range(self.options.pairs):
                for i, kind in enumerate(kinds):
                    if fresh:
                        with self.start(kind, scenario) as server:
                            values = self.run(scenario, server)
                    else:
                        values = self.run(scenario, running[i])
                    for name, value in values.items():
                        measured[i][name].append(value)
                    figures = ", ".join(f"{value:,.0f} {scenario.figures[name]}" for name, value in values.items())
                    print(f"  {scenario.name}: turn {turn + 1}, {kind.name}: {figures}", file=sys.stderr, flush=True)
        finally:
            for server in running:
                server.stop()
        return measured

    def notes_lines(self):
        return [f"Note, in {times} of {self.runs} runs: {first}" for times, first in self.notes.values()]


def table(rows):
    """Lines of it; the first two columns are words, the others figures."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) if i < 2 else cell.rjust(width)
                      for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]

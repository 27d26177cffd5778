# SPDX-License-Identifier: MIT
"""What bench/compare keeps, read back: for bench/tables, and for the page that it draws."""
import dataclasses
import json
import os
import re
import statistics

import machine

LESS_IS_BETTER = re.compile(r"^(CPU|p50|p99|bytes)")  # of a figure's label


@dataclasses.dataclass
class Record:
    head: list       # (name, value): the machine and how it was measured
    scenarios: dict  # scenario: {label of a figure: {server: [value of each turn]}}; the first server is ours
    notes: list
    failures: list
    commands: list   # (name, command)


def read(lines):
    """The record in `lines` of a results file."""
    record = Record([], {}, [], [], [])
    part = "head"
    for line in lines:
        if line in ("Every turn:", "Commands:"):
            part = line
        elif part == "head" and not line:
            part = "tables"
        elif part == "head":
            record.head.append(tuple(line.split(": ", 1)))
        elif line.startswith("FAILED "):
            record.failures.append(line.removeprefix("FAILED "))
        elif part == "tables" and line.startswith("Note, "):
            record.notes.append(line.removeprefix("Note, "))
        elif part == "Every turn:" and line:
            what, _, values = line.strip().rpartition(": ")
            scenario, rest = what.split(", ", 1)
            server, label = rest.rsplit(", ", 1)
            figures = record.scenarios.setdefault(scenario, {})
            figures.setdefault(label, {})[server] = [float(value) for value in values.split()]
        elif part == "Commands:" and line:
            record.commands.append(tuple(line.strip().split(": ", 1)))
    return record


def load(path):
    with open(path, encoding="utf-8") as file:
        return read(file.read().splitlines())


def ratios(label, ours, theirs):
    """One a turn; above 1, ours is better."""
    pairs = zip(theirs, ours) if LESS_IS_BETTER.match(label) else zip(ours, theirs)
    return [a / b if b else float("nan") for a, b in pairs]


def spread(values):
    return f"x{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


# -- the page -------------------------------------------------------------------------------------------------------------

def template():
    """web/report in one piece, as app/CMakeLists.txt puts it into the program."""
    folder = os.path.join(machine.ROOT, "web/report")

    def text(name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read()

    page = re.sub(r'<link rel="stylesheet" href="\./([\w.]+)">', lambda found: f"<style>\n{text(found[1])}</style>", text("index.html"))
    return re.sub(r'<script src="\./([\w.]+)"></script>', lambda found: f"<script>\n{text(found[1])}</script>", page)


def page(record):
    scenarios = [{"name": name, "servers": list(next(iter(figures.values()))),
                  "figures": [{"label": label, "less_is_better": bool(LESS_IS_BETTER.match(label)), "turns": list(servers.values())}
                              for label, servers in figures.items()]}
                 for name, figures in record.scenarios.items()]
    report = {"kind": "compare", "first": "duplex", "head": record.head, "scenarios": scenarios, "notes": record.notes,
              "failures": record.failures, "commands": record.commands}
    return template().replace('id="report">{}', 'id="report">' + json.dumps(report).replace("<", "\\u003c"), 1)

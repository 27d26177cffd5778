#!/usr/bin/env python3
"""docs/limits.md tells the truth: its options are the options of the public headers, its numbers those of the source."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
page = (root / "docs/limits.md").read_text(encoding="utf-8")
NESTED = {"TlsOptions", "DrainOptions", "http::Limits", "LogSink", "LogLevel", "Compression", "ws::Compression", "CorsOptions",
          "eio::EngineOptions", "Recovery", "AdapterFactory", "Limits"}
UNITS = {"": 1, "b": 1, "kib": 1 << 10, "mib": 1 << 20, "µs": 0.001, "microseconds": 0.001, "ms": 1, "milliseconds": 1, "s": 1000, "seconds": 1000}


def of_page(text):
    """"8 KiB" -> 8192, "10 s" -> 10000 (ms), "`index.html`" -> "index.html", "none" -> ""."""
    number = re.fullmatch(r"([\d,]+) ?(\w*)", text)
    if number:
        return int(number[1].replace(",", "")) * UNITS[number[2].lower()]
    return "" if text == "none" else text.strip("`")


def of_code(text, declaration):
    """The same of an initialiser: `8 * 1024`, `10'000` of milliseconds, `5ms`, `std::chrono::seconds(10)`, `"0.0.0.0"`."""
    text = text.strip().replace("'", "")
    if re.fullmatch(r'"[^"]*"', text):
        return text[1:-1]
    if text.startswith("{"):
        return re.sub(r"\w+::", "", text[1:-1])  # {Transport::polling, Transport::websocket}
    wrapped = re.fullmatch(r"std::chrono::(\w+)\((\d+)\)", text)
    unit = wrapped[1] if wrapped else (re.search(r"chrono::(\w+)", declaration) or ["", ""])[1]
    numbers = re.fullmatch(r"(\d+)_?(\w*)(?: \* (\d+))?(?: \* (\d+))?", wrapped[2] if wrapped else text)
    if not numbers:
        return text.split("::")[-1]  # Overflow::disconnect, false, {}
    value = int(numbers[1]) * int(numbers[3] or 1) * int(numbers[4] or 1)
    return value * UNITS[(numbers[2] or unit).lower()]


def members(path, name):
    """Name to value of the aggregate's members; functions, nested aggregates and what has no default are left out."""
    if not (root / path).exists():
        return None  # its part of the server is not in this tree
    body = re.search(rf"struct {name} \{{\n(.*?)\n\}};", (root / path).read_text(encoding="utf-8"), re.S)[1]
    found = {}
    for line in body.splitlines():
        line = re.sub(r"(?<![\w\"/:])//.*| ///?.*", "", line).strip()
        member = re.fullmatch(r"([\w:<>]+) (\w+)(?: = (.*)|\{(.*)\});", line)
        if not member or member[1] in NESTED:
            continue
        value = member[3] if member[3] is not None else member[4]
        found[member[2]] = "" if value == "{}" else of_code(value, member[1])
    return found


def section(title):
    """First cell (an option) to second cell (a value), of the table under that heading."""
    text = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", page, re.S | re.M)[1]
    return {m[1]: of_page(m[2].strip()) for m in re.finditer(r"^\| `([\w.]+)` \| ([^|]+) \|", text, re.M)}


options = members("include/duplex/server.h", "ServerOptions")
options |= {f"drain.{k}": v for k, v in members("include/duplex/server.h", "DrainOptions").items()}
socketio = members("include/duplex/sio.h", "Options")
if socketio is not None:
    socketio |= {f"recovery.{k}": v for k, v in members("include/duplex/sio.h", "Recovery").items()}
tables = {
    "The server: `ServerOptions`": options,
    "HTTP: `ServerOptions::http`": members("include/duplex/http.h", "Limits"),
    "A WebSocket endpoint: `ws::Handlers`": members("include/duplex/ws.h", "Handlers"),
    "Compression: `ws::Handlers::compression`": members("include/duplex/ws.h", "Compression"),
    "Engine.IO: `eio::EngineOptions`": members("include/duplex/eio.h", "EngineOptions"),
    "Socket.IO: `sio::Options`": socketio,
    "A history: `history::Limits`, `history::Options`": members("include/duplex/history_store.h", "Limits") | members("include/duplex/history.h", "Options"),
    "A history in a file: `history::SqliteOptions`": members("include/duplex/history_sqlite.h", "SqliteOptions"),
    "Presence: `sio::PresenceOptions`": members("include/duplex/presence.h", "PresenceOptions"),
    "The admin UI: `sio::AdminOptions`": members("include/duplex/sio_admin.h", "AdminOptions"),
    "Packed answers: `http::Compress`": members("include/duplex/http_cors.h", "Compress"),
    "Event streams: `http::EventStreamOptions`, `http::EventFeedOptions`": members("include/duplex/http_events.h", "EventStreamOptions") | members("include/duplex/http_events.h", "EventFeedOptions"),
    "Files: `http::Files`": members("include/duplex/http_router.h", "Files"),
}
faults, compared = [], 0
for title, code in tables.items():
    said = section(title)
    if code is None:
        print(f"{title}: waits for its header")
        continue
    for option in sorted(code.keys() | said.keys()):
        compared += 1
        if option not in said:
            faults.append(f"{title}: `{option}` is missing on the page")
        elif option not in code:
            faults.append(f"{title}: `{option}` is not an option")
        elif said[option] != code[option]:
            faults.append(f"{title}: `{option}` is {code[option]!r} in the header, {said[option]!r} on the page")

for what, value, path, name in re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([\w/.]+)` `(\w+)` \|$", page, re.M):
    compared += 1
    source = (root / path).read_text(encoding="utf-8") if (root / path).exists() else ""
    found = re.search(rf"^(.*?)\b{name}(?: = ([^;,]+)|\{{([^}}]+)\}})[;,]", source, re.M)
    if not found:
        faults.append(f"{what}: no constant {name} in {path}")
    elif of_code(found[2] or found[3], found[1]) != of_page(value):
        faults.append(f"{what}: {name} is {found[2] or found[3]} in {path}, {value} on the page")

print("\n".join(faults) or f"{compared} limits are as the source has them")
print(f"{0 if faults else 1} passed, {1 if faults else 0} failed")
sys.exit(1 if faults else 0)

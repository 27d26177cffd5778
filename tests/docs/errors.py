#!/usr/bin/env python3
"""docs/errors.md has one anchor per error, and no other: says which code has no anchor and which anchor no code.

Codes are read from the enumerations and tables themselves; an anchor is a line `<a id="…"></a>`."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]


def source(path):
    return (root / path).read_text(encoding="utf-8")


def enumeration(path, prefix):
    """prefix_name for every value of the file's `enum class Errc` but ok."""
    body = re.search(r"enum class Errc[^{]*\{(.*?)\};", source(path), re.S)[1]
    body = re.sub(r"//.*", "", body)
    names = [re.match(r"\w+", value.strip())[0] for value in body.split(",") if value.strip()]
    return {prefix + name for name in names if name != "ok"}


codes = enumeration("include/duplex/error.h", "duplex_")
codes |= enumeration("include/duplex/history_store.h", "history_")
codes |= enumeration("src/protocol/eio/error.h", "eio_")
codes |= enumeration("src/protocol/sio/error.h", "sio_")
codes |= enumeration("src/protocol/msgpack/error.h", "msgpack_")
# These two have stable codes of their own, which peers and logs show: a quoted first field of a table, or of an error made by hand.
http = re.findall(r'Errc::\w+,\s*\d+,\s*"(\w+)"', source("src/protocol/http/error.cpp"))
assert len(http) == len(enumeration("src/protocol/http/error.h", "")) + 1, "every http::Errc is a row of its table"
codes |= {f"http_{code}" for code in http if code != "ok"}
for path in sorted((root / "src").rglob("*.cpp")):
    text = path.read_text(encoding="utf-8")
    codes |= {code.lower() for code in re.findall(r'"(WS_[A-Z0-9_]+)"', text) if code != "WS_OK"}
    if path.parent.name in ("http", "eio") and path.parent.parent.name == "server":
        codes |= {f"http_{code}" for code in re.findall(r'refuse\(\d+, "(\w+)"', text)}

anchors = re.findall(r'<a id="(\w+)"></a>', source("docs/errors.md"))
faults = [f"{code}: no anchor in docs/errors.md" for code in sorted(codes - set(anchors))]
faults += [f"{anchor}: an anchor of docs/errors.md, but no code" for anchor in sorted(set(anchors) - codes)]
faults += [f"{anchor}: twice in docs/errors.md" for anchor in sorted({a for a in anchors if anchors.count(a) > 1})]

# What the peer hears is in the row, as the tables of the code say.
heard = {f"http_{code}": status for status, code in re.findall(r'Errc::\w+,\s*(\d+),\s*"(\w+)"', source("src/protocol/http/error.cpp"))}
heard |= {code.lower(): close for code, close in re.findall(r'"(WS_\w+)",\s*(\d{4})', source("src/protocol/ws/error.cpp"))}
rows = dict(re.findall(r'<a id="(\w+)"></a>`\w+` \| (\d+) \|', source("docs/errors.md")))
faults += [f"{code}: the peer hears {heard[code]}, docs/errors.md says {rows.get(code)}"
           for code in sorted(heard.keys() & set(anchors)) if rows.get(code) != heard[code]]
print("\n".join(faults) or f"{len(codes)} errors, each with its anchor")
print(f"{0 if faults else 1} passed, {1 if faults else 0} failed")
sys.exit(1 if faults else 0)

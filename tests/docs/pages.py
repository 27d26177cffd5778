#!/usr/bin/env python3
"""Keeps the pages true:   pages.py <compiler> <include folder>

- the README's first C++ block is examples/echo.cpp without its comments;
- every relative link of every page resolves, its anchor too;
- every ```cpp block of README.md and docs/guide.md compiles. One that begins with `#include` stands alone; any other is
  the body of a function (what is before its line `// ---` comes before the function), behind `#include <duplex/duplex.h>`
  and `using namespace duplex;`. Blocks that use headers which this tree does not have are passed over."""
import concurrent.futures
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
compiler, include = sys.argv[1], pathlib.Path(sys.argv[2])
faults, passed = [], 0


def check(ok, fault):
    global passed
    passed += bool(ok)
    if not ok:
        faults.append(fault)


def read(path):
    return path.read_text(encoding="utf-8")


def blocks(path):
    """(line, code) of each ```cpp block."""
    text = read(path)
    return [(text.count("\n", 0, m.start()) + 2, m[1]) for m in re.finditer(r"^```cpp\n(.*?)^```$", text, re.S | re.M)]


# -- the README's echo server
code = "".join(line for line in read(root / "examples/echo.cpp").splitlines(True) if not line.startswith("//"))
check(blocks(root / "README.md")[0][1] == code, "README.md: the first C++ block is not examples/echo.cpp")

# -- C9: compression is off unless it is asked for, and the reader is told why
security = read(root / "SECURITY.md")
off = re.search(r"struct Compression \{\n\s*bool enabled = false;", read(root / "include/duplex/ws.h"))
check(off and "CRIME" in security and "permessage-deflate is **off**" in security, "C9: SECURITY.md and ws.h do not agree that compression is off")

# -- links
pages = [p for p in root.rglob("*.md") if not {"node_modules", "build"} & set(p.relative_to(root).parts)]


def anchors(path):
    text = re.sub(r"^```.*?^```$", "", read(path), flags=re.S | re.M)
    heads = re.findall(r"^#+ (.*)$", text, re.M)
    slugs = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}
    return slugs | set(re.findall(r'<a id="([\w-]+)">', text))


for page in pages:
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", read(page), flags=re.S | re.M)
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        name = f"{page.relative_to(root)}: {link}"
        check(target.exists() and target.is_relative_to(root), f"{name}: there is no such file")
        if anchor and target.suffix == ".md" and target.exists():
            check(anchor in anchors(target), f"{name}: there is no such heading")

# -- code: what stands alone is a translation unit each, everything else is one together
HEADER = "#include <duplex/duplex.h>\n#include <iostream>\n#include <thread>\n"
if (include / "duplex/sio.h").exists():
    HEADER += "#include <duplex/sio.h>\n#include <duplex/sio_admin.h>\n"
HEADER += "using namespace duplex;\n"


def line_mark(path, line):
    return f'#line {line} "{path.relative_to(root)}"\n'


def function(path, line, block):
    before, rule, body = block.rpartition("// ---\n")
    body_line = line + before.count("\n") + bool(rule)
    return (f"namespace {path.stem}_{line} {{\n" + line_mark(path, line) + before +
            "[[maybe_unused]] static void block(Server& server) {\n(void)server;\n" + line_mark(path, body_line) + body + "}\n}\n")


def complaint_of(source):
    run = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-x", "c++", f"-I{include}", "-"],
                         input=source, capture_output=True, text=True, timeout=100)
    return "" if run.returncode == 0 else run.stderr[:6000]


alone, together, count = [], HEADER, 0
for path in (root / "README.md", root / "docs/guide.md"):
    for line, block in blocks(path):
        if "sio::" in block and not (include / "duplex/sio.h").exists():
            print(f"{path.relative_to(root)}:{line}: waits for its header")
            continue
        count += 1
        if block.startswith("#include"):
            alone.append(line_mark(path, line) + block)
        else:
            together += function(path, line, block)
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for complaint in pool.map(complaint_of, [together, *alone]):
        check(not complaint, complaint)

print("\n".join(faults) or f"{len(pages)} pages, {count} blocks of code")
print(f"{passed} passed, {len(faults)} failed")
sys.exit(1 if faults else 0)

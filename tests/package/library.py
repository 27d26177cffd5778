# SPDX-License-Identifier: MIT
"""Installs into a scratch prefix, and builds and runs somebody else's program against it: with find_package and with
pkg-config, against the shared library and the static one.   library.py BUILD_DIR CMAKE COMPILER"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from running import Running, echo_over_websocket, get

HERE = pathlib.Path(__file__).parent
BUILD, CMAKE, COMPILER = sys.argv[1:]


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, **options)


def output(*command, **options):
    return run(*command, stdout=subprocess.PIPE, text=True, **options).stdout


def check_serves(program, env=None):
    with Running([str(program)], env) as server:
        echo_over_websocket(server.url + "/echo")
        assert get(server.url + "/socket.io/?EIO=4&transport=polling").startswith(b"0{")


def check_keeps(program, file, env=None):
    """Run twice, it finds what it kept."""
    for entries in ("1", "2"):
        assert output(program, file, env={**os.environ, **(env or {})}).strip() == entries


def with_find_package(prefix, scratch, static):
    source = scratch / ("static" if static else "shared")
    source.mkdir()
    shutil.copy(HERE / "consumer.cpp", source)
    shutil.copy(HERE / "history.cpp", source)
    shutil.copy(HERE / "consumer.cmake", source / "CMakeLists.txt")
    run(CMAKE, "-S", source, "-B", source / "build", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={COMPILER}",
        f"-DDUPLEX_USE_STATIC_LIBS={'ON' if static else 'OFF'}", stdout=subprocess.DEVNULL)
    run(CMAKE, "--build", source / "build", stdout=subprocess.DEVNULL)
    check_serves(source / "build" / "consumer")
    check_keeps(source / "build" / "history", source / "history.db")


def with_pkg_config(prefix, scratch, static):
    found = next(prefix.rglob("duplex.pc"))
    env = {**os.environ, "PKG_CONFIG_PATH": str(found.parent)}
    def flags_of(package):
        flags = output("pkg-config", "--cflags", "--libs", *(["--static"] if static else []), package, env=env).split()
        # pkg-config names what a static link needs; that ours are to be the archives is said to the linker
        ours = {f"-l{name}": str(found.parent.parent / f"lib{name}.a") for name in ("duplex", "duplex-sqlite")}
        return [ours.get(flag, flag) for flag in flags] if static else flags

    program = scratch / f"pkg-config-{'static' if static else 'shared'}"
    run(COMPILER, "-std=c++20", HERE / "consumer.cpp", "-o", program, *flags_of("duplex"))
    check_serves(program, {"LD_LIBRARY_PATH": str(found.parent.parent)})
    needed = output("readelf", "-d", program)
    assert ("libduplex.so.0.1" in needed) != static, needed
    keeper = scratch / f"keeper-{'static' if static else 'shared'}"
    run(COMPILER, "-std=c++20", HERE / "history.cpp", "-o", keeper, *flags_of("duplex-sqlite"))
    check_keeps(keeper, scratch / f"{keeper.name}.db", {"LD_LIBRARY_PATH": str(found.parent.parent)})


def check_hidden(library):
    """What is not API is not exported: a program cannot come to depend on it."""
    exported = [line.split(maxsplit=2)[2] for line in output("nm", "-DC", "--defined-only", library).splitlines()]
    assert any(name.startswith("duplex::Server::Server(") for name in exported), "the API is not exported"
    inside = [name for name in exported if name.startswith(("duplex::net::", "duplex::server::", "duplex::http::HttpConnection"))]
    assert not inside, f"{len(inside)} internal names are exported: {inside[:5]}"
    assert "sqlite" not in output("readelf", "-d", library), "who keeps no files needs no SQLite"


def main():
    with tempfile.TemporaryDirectory(prefix="duplex-package-") as folder:
        scratch = pathlib.Path(folder)
        prefix = scratch / "prefix"
        run(CMAKE, "--install", BUILD, "--prefix", prefix, stdout=subprocess.DEVNULL)
        check_hidden(next(prefix.rglob("libduplex.so")))
        for static in (False, True):
            with_find_package(prefix, scratch, static)
            with_pkg_config(prefix, scratch, static)
        print("installed, and built and run with find_package and with pkg-config, shared and static")


main()

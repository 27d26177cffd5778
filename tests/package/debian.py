# SPDX-License-Identifier: MIT
"""Makes the Debian packages, installs them into a throw-away layer over this system, and uses what they brought: the
program with its pages, its systemd units, socket activation.   debian.py BUILD_DIR CPACK
Needs the right to mount (root, or a user namespace): what it installs is gone with the mount."""
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

from running import PATIENCE, Running, echo_over_websocket, get

HERE = pathlib.Path(__file__).resolve().parent


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, **options)


def make_packages(build, cpack):
    run(cpack, "--config", pathlib.Path(build) / "CPackConfig.cmake", cwd=build, stdout=subprocess.DEVNULL)
    packages = sorted((pathlib.Path(build) / "packages").glob("*.deb"))
    assert len(packages) == 3, packages
    return packages


def inside(packages):
    """In the layer: `/` is this system, and whatever is written is forgotten."""
    run("dpkg", "--install", *packages, stdout=subprocess.DEVNULL)
    run("systemd-analyze", "verify", "/usr/lib/systemd/system/duplex.service", "/usr/lib/systemd/system/duplex.socket")

    with Running(["/usr/bin/duplex", "serve", "--port", "0"]) as server:
        assert get(server.url + "/healthz") == b"ok\n"
        assert b"<html" in get(server.url + "/"), "the pages are not there"
        echo_over_websocket(server.url + "/echo")

    check_socket_activation()
    run("dpkg", "--purge", "duplex", "libduplex-dev", "libduplex0.1", stdout=subprocess.DEVNULL)
    assert not pathlib.Path("/usr/bin/duplex").exists()


def check_socket_activation():
    """systemd holds the port: the first client starts the server, and is served; systemd is told READY=1."""
    with socket.socket() as probe:  # systemd-socket-activate cannot be asked which port it got
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(folder + "/notify")
        manager.settimeout(PATIENCE)
        activation = subprocess.Popen(
            ["systemd-socket-activate", "-l", f"127.0.0.1:{port}", "-E", f"NOTIFY_SOCKET={folder}/notify", "/usr/bin/duplex",
             "serve", "--port", "1"],  # a port that it must not try to take
            stderr=subprocess.PIPE, text=True)
        try:
            assert "Listening on" in activation.stderr.readline()
            with socket.create_connection(("127.0.0.1", port), PATIENCE):  # this is what starts the server
                assert b"READY=1" in manager.recv(4096)
            echo_over_websocket(f"http://127.0.0.1:{port}/echo")
        finally:
            activation.terminate()  # it has become the server
            assert activation.wait(PATIENCE) == 0


def main():
    if sys.argv[1] == "--inside":
        return inside(sorted(HERE.glob("*.deb")))
    packages = make_packages(*sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="duplex-package-") as layer:
        script = """set -e
            mount -t tmpfs duplex "$0"
            mkdir "$0/up" "$0/work" "$0/merged"
            mount -t overlay duplex -o lowerdir=/,upperdir="$0/up",workdir="$0/work" "$0/merged"
            for below in /proc /dev /sys; do mount --rbind "$below" "$0/merged$below"; done
            mkdir "$0/merged/opt/duplex-test"
            cp "$@" "$0/merged/opt/duplex-test"
            exec chroot "$0/merged" python3 /opt/duplex-test/debian.py --inside"""
        namespace = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
        run(*namespace, "sh", "-c", script, layer, *packages, HERE / "debian.py", HERE / "running.py")
    print("three packages made, installed, verified, served from and removed")


main()

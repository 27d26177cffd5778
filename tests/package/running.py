# SPDX-License-Identifier: MIT
"""A server program under test, and the least client that shows that it serves."""
import base64
import os
import re
import signal
import socket
import subprocess
import urllib.request

PATIENCE = 20  # seconds that anything may take


class Running:
    """`with Running([program, …]) as server: server.url` waits for its "listening on …", and stops it by signal."""

    def __init__(self, command, env=None):
        self.command = command
        self.env = {**os.environ, **(env or {})}

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True, env=self.env)
        for line in self.process.stdout:
            if match := re.match(r"listening on (\S+)", line):
                self.url = match[1]
                return self
        raise AssertionError(f"{self.command} ended with {self.process.wait(PATIENCE)} before it listened")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        assert code == 0, f"{self.command[0]} ended with {code}"


def get(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read()


def echo_over_websocket(url, text=b"hello"):
    """One text message to an echo at `url` and back (RFC 6455), over a socket of our own."""
    host, port, path = re.match(r"http://([^:/]+):(\d+)(/.*)", url).groups()
    with socket.create_connection((host, int(port)), PATIENCE) as peer:
        key = base64.b64encode(os.urandom(16)).decode()
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        with peer.makefile("rb") as answers:
            status = answers.readline()
            assert b" 101 " in status, status
            while answers.readline() != b"\r\n":
                pass
            mask = os.urandom(4)
            peer.sendall(bytes([0x81, 0x80 | len(text)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(text)))
            frame = answers.read(2 + len(text))
    assert frame == bytes([0x81, len(text)]) + text, frame

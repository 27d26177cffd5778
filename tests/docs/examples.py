#!/usr/bin/env python3
"""Runs the programs of examples/ and asks them what their first comment promises.   examples.py <folder of executables>"""
import base64
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

folder = sys.argv[1]
LIMIT = 20  # seconds, for anything that is waited for


class Program:
    """An example that is running; it is told to stop, and must end with 0, when the `with` ends."""

    def __init__(self, name, *arguments):
        self.process = subprocess.Popen([os.path.join(folder, f"example_{name}"), *arguments], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)$", self.process.stdout.readline())[1]) if arguments else None
        self.streams = []

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        for stream in self.streams:  # or the server would wait for their Close
            stream.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(LIMIT)
        finally:
            self.process.kill()
            self.process.stdout.close()
        assert failure[0] or status == 0, f"it ended with {status}"

    def connect(self, tls=False):
        plain = socket.create_connection(("127.0.0.1", self.port), LIMIT)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nobody vouches for a throw-away certificate
            plain = context.wrap_socket(plain)
        self.streams.append(plain)
        return plain

    def ask(self, method, path, body=None, **headers):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        client.request(method, path, body, headers)
        answer = client.getresponse()
        text = answer.read().decode()
        client.close()
        return answer.status, text


class WebSocket:
    """As little of a client as a test needs: short text frames."""

    def __init__(self, stream, path, *headers):
        self.stream = stream
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                 "Sec-WebSocket-Key: " + base64.b64encode(bytes(16)).decode(), *headers, "", ""]
        stream.sendall("\r\n".join(lines).encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.read_more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.head = head.decode()
        self.status = int(self.head.split()[1])

    def read_more(self):
        more = self.stream.recv(65536)
        assert more, "the connection ended"
        self.buffer += more

    def send(self, text):
        data = text.encode()
        assert len(data) < 126
        self.stream.sendall(bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data)

    def next(self):
        """(opcode, payload) of the next frame."""
        def wait_for(size):
            while len(self.buffer) < size:
                self.read_more()
        wait_for(2)
        assert self.buffer[1] < 127, "a frame that is too long for this client"
        head = 4 if self.buffer[1] == 126 else 2
        wait_for(head)
        size = head + (int.from_bytes(self.buffer[2:4], "big") if head == 4 else self.buffer[1])
        wait_for(size)
        frame, self.buffer = self.buffer[:size], self.buffer[size:]
        return frame[0] & 15, frame[head:]


def echo():
    """Its port is in its text, so that it can be read in one go; where another program has that port, it has to say so."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(("0.0.0.0", 9001))
    except OSError:
        run = subprocess.run([os.path.join(folder, "example_echo")], stderr=subprocess.PIPE, text=True, timeout=LIMIT)
        assert run.returncode == 2 and "the port is taken" in run.stderr, run
        return
    finally:
        taken.close()
    with Program("echo") as program:
        program.port, deadline = 9001, time.monotonic() + LIMIT
        while True:
            try:
                peer = WebSocket(program.connect(), "/echo")
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, "it does not listen"
                time.sleep(0.01)
        assert peer.status == 101
        peer.send("héllo")
        assert peer.next() == (1, "héllo".encode())


def routes():
    with Program("routes", "0") as program:
        assert program.ask("GET", "/admin/stats") == (401, "sign in first\n")
        status, text = program.ask("GET", "/admin/stats", Authorization="Bearer letmein")
        assert status == 200 and json.loads(text)["requests"] == 2, text
        status, text = program.ask("GET", "/users/J%C3%BCrgen?full")
        assert (status, json.loads(text)) == (200, {"name": "Jürgen", "full": True}), text
        status, text = program.ask("POST", "/notes", '{"title":"one","text":"three"}')
        assert (status, json.loads(text)) == (201, {"saved": "one", "characters": 5}), text
        assert program.ask("POST", "/notes", '{"title":1}') == (400, "a value has the wrong type or form\n")
        assert program.ask("POST", "/notes", "{}") == (400, "a required value is missing\n")
        assert program.ask("GET", "/slow") == (200, "done\n")
        assert program.ask("GET", "/nowhere")[0] == 404


def ticker():
    with Program("ticker", "0") as program:
        peer = WebSocket(program.connect(), "/prices")
        peer.send("join BBB")
        prices = [json.loads(peer.next()[1]) for _ in range(3)]
        assert {p["symbol"] for p in prices} == {"BBB"}, prices
        assert prices[0]["price"] < prices[1]["price"] < prices[2]["price"], prices
        rude = WebSocket(program.connect(), "/prices")
        rude.send("nonsense")
        assert rude.next() == (8, (1008).to_bytes(2, "big") + b"say join or leave")
        rude.stream.close()
        program.process.send_signal(signal.SIGTERM)
        opcode, payload = peer.next()
        while opcode == 1:
            opcode, payload = peer.next()
        assert (opcode, payload[:2]) == (8, (1001).to_bytes(2, "big")), payload
        peer.stream.sendall(bytes([0x88, 0x82, 0, 0, 0, 0]) + payload[:2])
        assert program.process.wait(LIMIT) == 0


def tls():
    with Program("tls", "0") as program:
        with program.connect(tls=True) as stream:
            assert stream.version() in ("TLSv1.2", "TLSv1.3")
            stream.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = b""
            while more := stream.recv(65536):
                answer += more
            assert answer.endswith(b"\r\n\r\nover TLS\n"), answer
        peer = WebSocket(program.connect(tls=True), "/echo", "Sec-WebSocket-Protocol: other, echo.v1", "Origin: https://example.org")
        assert peer.status == 101 and "Sec-WebSocket-Protocol: echo.v1" in peer.head, peer.head
        peer.send("over TLS")
        assert peer.next() == (1, b"over TLS")
        assert WebSocket(program.connect(tls=True), "/echo", "Origin: https://example.com").status == 403


def chat():
    """Engine.IO packets over a WebSocket, as socket.io-client sends them."""
    def packet(peer):
        opcode, payload = peer.next()
        assert opcode == 1, (opcode, payload)
        return payload.decode()

    def client(program):
        peer = WebSocket(program.connect(), "/socket.io/?EIO=4&transport=websocket")
        assert peer.status == 101 and json.loads(packet(peer).removeprefix("0"))["upgrades"] == []
        peer.send("40")
        peer.id = json.loads(packet(peer).removeprefix("40"))["sid"]
        return peer

    with Program("chat", "0") as program:
        ann, ben = client(program), client(program)
        ann.send('420["join","lobby"]')
        assert packet(ann) == "430[2]"
        ben.send('427["join","lobby"]')
        assert packet(ben) == "437[2]"
        assert packet(ann) == f'42["joined","{ben.id}"]'
        ann.send('42["say","lobby",{"any":["JSON",1e2]}]')
        assert packet(ben) == f'42["said","{ann.id}",{{"any":["JSON",1e2]}}]'
        ann.stream.close()
        assert program.process.stdout.readline() == f"{ann.id} left: transport close\n"


def embedded():
    with Program("embedded", "0") as program:
        assert program.ask("POST", "/speed", "fast") == (400, "400 the speed is a number\n")
        assert program.ask("POST", "/speed", "-7")[0] == 204
        assert json.loads(program.ask("GET", "/state")[1])["speed"] == -7
        watcher = program.connect()
        watcher.sendall(b"GET /watch HTTP/1.1\r\nHost: localhost\r\n\r\n")
        events = b""
        while events.count(b"\n\n") < 3:
            more = watcher.recv(65536)
            assert more, "the stream ended"
            events += more
        steps = [int(number) for number in re.findall(rb"event: moved\nid: [^\n]*\ndata: (-?\d+)\n", events)]
        assert len(steps) >= 3 and all(b - a == -7 for a, b in zip(steps, steps[1:])), events
        program.process.send_signal(signal.SIGTERM)
        while watcher.recv(65536):  # it ends with the server
            pass
        assert program.process.wait(LIMIT) == 0


failed = 0
built = {name[len("example_"):] for name in os.listdir(folder) if name.startswith("example_")}
examples = [echo, routes, ticker, tls, embedded] + [chat] * ("chat" in built)
for example in examples:
    try:
        example()
    except Exception as fault:
        failed += 1
        print(f"example_{example.__name__}: {type(fault).__name__}: {fault}")
for name in sorted(built - {example.__name__ for example in examples}):
    failed += 1
    print(f"example_{name}: nobody runs it")
print(f"{len(examples) - min(failed, len(examples))} passed, {failed} failed")
sys.exit(1 if failed else 0)

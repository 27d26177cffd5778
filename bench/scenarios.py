# SPDX-License-Identifier: MIT
"""The loads that bench/compare and bench/gate put on servers, and what is read from each."""
import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    speaks: str = "ws"       # or "sio" or "http"
    mode: str = "echo"       # of the generator: echo, broadcast, handshake, idle, request
    connections: int = 100
    size: int = 20
    content: str = "ascii"
    in_flight: int = 1
    publishes: int = 1
    publishers: int = 1
    transport: str = "websocket"  # Socket.IO: or polling, or upgrade
    deflate: bool = False
    tls: bool = False
    busy: bool = False       # the generator never sleeps: what is left of the latency is the server's

    @property
    def server_mode(self):
        return "broadcast" if self.mode == "broadcast" else "echo"

    @property
    def figures(self):
        return FIGURES.get(self.mode, FIGURES["message"])

    def load(self, options, pinned):
        """The generator's words for it, without the URL and the server's process."""
        words = ["--mode", self.mode, "--connections", str(self.connections)]
        if self.mode == "request":
            words += ["--in-flight", str(self.in_flight)]
        if self.mode in ("echo", "broadcast"):
            words += ["--size", str(self.size), "--content", self.content, "--in-flight", str(self.in_flight)]
            words += ["--publishes", str(self.publishes)] if self.publishes > 1 else []
            words += ["--publishers", str(self.publishers)] if self.publishers > 1 else []
            words += ["--deflate"] if self.deflate else []
            words += ["--busy"] if self.busy and pinned else []
        words += ["--transport", self.transport] if self.transport != "websocket" else []
        words += ["--insecure"] if self.tls else []
        if self.mode == "handshake":
            words += ["--source-addresses", "32"]  # each closed connection keeps its port for a minute
        if self.mode == "idle":
            return words + ["--hold", str(min(options.seconds, 3))]
        return words + ["--warmup", str(options.warmup), "--duration", str(options.seconds)]

    def read(self, report):
        """{figure: value} of what the generator reported."""
        server = report["server"]
        if self.mode == "idle":
            if report["still_open"] != self.connections:
                raise RuntimeError(f"{report['still_open']} of {self.connections} connections are still open")
            return {"memory": server["memory_per_connection"]}
        if report["messages"] == 0:
            raise RuntimeError(f"nothing came in {report['seconds']:.1f} s")
        values = {"cpu": server["cpu_ns_per_message"], "rate": report["per_second"]}
        if self.mode != "handshake":
            values |= {name: report["latency_ns"][name] / 1000 for name in ("p50", "p99")}
        return values


# What a run yields, and its unit. (record.py knows of which less is better.)
FIGURES = {
    "message": {"cpu": "CPU ns/msg", "rate": "msg/s", "p50": "p50 us", "p99": "p99 us"},
    "handshake": {"cpu": "CPU ns/handshake", "rate": "handshakes/s"},
    "idle": {"memory": "bytes/connection"},
}

K, M = 1024, 1024 * 1024
SCENARIOS = [
    Scenario("1x20", connections=1),
    Scenario("1x20 busy", connections=1, busy=True),
    Scenario("100x20"),
    Scenario("1000x20", connections=1000),
    Scenario("100x1K", size=K),
    Scenario("100x1K cjk", size=K, content="cjk"),
    Scenario("16x64K binary", connections=16, size=64 * K, content="binary"),
    Scenario("16x64K cjk", connections=16, size=64 * K, content="cjk"),
    Scenario("4x1M binary", connections=4, size=M, content="binary"),
    Scenario("100x20 d16", in_flight=16),
    Scenario("100x20 d256", in_flight=256),
    Scenario("broadcast 1k", mode="broadcast", connections=1000),
    Scenario("broadcast 1k w16", mode="broadcast", connections=1000, publishes=16),
    Scenario("broadcast 1k p4", mode="broadcast", connections=1000, publishers=4),
    Scenario("broadcast 10k", mode="broadcast", connections=10_000),
    Scenario("broadcast 1k deflate 200", mode="broadcast", connections=1000, size=200, content="json", deflate=True),
    Scenario("broadcast 1k deflate 1K", mode="broadcast", connections=1000, size=K, content="json", deflate=True),
    Scenario("broadcast 1k deflate 4K", mode="broadcast", connections=1000, size=4 * K, content="json", deflate=True),
    Scenario("handshake", mode="handshake"),
    Scenario("idle memory", mode="idle", connections=19_500),
    Scenario("http 100", speaks="http", mode="request"),
    Scenario("http 100 d16", speaks="http", mode="request", in_flight=16),
    Scenario("100x20 tls", tls=True),
    Scenario("16x64K tls", connections=16, size=64 * K, content="binary", tls=True),
    Scenario("handshake tls", mode="handshake", tls=True),
    Scenario("socket.io 100x20", speaks="sio"),
    Scenario("socket.io 1000x20", speaks="sio", connections=1000),
    Scenario("socket.io 100x20 d16", speaks="sio", in_flight=16),
    Scenario("socket.io broadcast 1k", speaks="sio", mode="broadcast", connections=1000),
    Scenario("socket.io handshake", speaks="sio", mode="handshake"),
    Scenario("socket.io idle memory", speaks="sio", mode="idle", connections=19_500),
    Scenario("socket.io polling 100x20", speaks="sio", transport="polling"),
    Scenario("socket.io polling broadcast 1k", speaks="sio", mode="broadcast", connections=1000, transport="polling"),
    Scenario("socket.io polling handshake", speaks="sio", mode="handshake", transport="polling"),
    # Servers let the poll that ends an upgrade wait for 100 ms: so many, that they have something to do meanwhile.
    Scenario("socket.io upgrade", speaks="sio", mode="handshake", connections=300, transport="upgrade"),
    # Two descriptors each, and many systems give a process 20,000.
    Scenario("socket.io idle memory polling", speaks="sio", mode="idle", connections=9_500, transport="polling"),
]


def matching(pattern):
    return [scenario for scenario in SCENARIOS if re.search(pattern, scenario.name)]

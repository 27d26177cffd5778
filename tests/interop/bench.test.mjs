// SPDX-License-Identifier: MIT
// `duplex bench` against servers that behave, and against servers that do not.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { WebSocketServer } from "ws";
import { bench, echoEvent, failed, measured, withSocketIo } from "./support/bench.mjs";
import { run } from "./support/run.mjs";
import { program, start } from "./support/server.mjs";

/** A WebSocket server of npm's, as long as `play` takes. */
async function withNode(options, onConnection, play) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
  server.on("connection", onConnection);
  await once(server, "listening");
  try {
    await play(`ws://127.0.0.1:${server.address().port}/`, server);
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
}

const echo = (socket) => socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));

test("an echo server is measured: every message counted, its CPU time and memory told", async () => {
  const server = await start("duplex-conformance", ["--suite", "autobahn"]);
  try {
    for (const content of ["ascii", "cjk", "binary", "json"])
      for (const more of [[], ["--in-flight", "64"], ["--size", "70000"], ["--deflate", "--size", "2000"]]) {
        const found = await measured(server.ws("/"), "--size", "100", "--content", content, "--server-pid", String(server.pid), ...more);
        assert.ok(found.messages >= 500);
        assert.equal(found.latency_ns.count, found.messages);
        assert.ok(found.latency_ns.p50 > 0 && found.latency_ns.p50 <= found.latency_ns.p99 && found.latency_ns.p99 <= found.latency_ns.max);
        assert.equal(found.latency_ns.buckets.reduce((sum, [, count]) => sum + count, 0), found.messages);
        assert.ok(found.server.memory_before > 1e6 && found.server.cpu_ns >= 0);
        assert.equal(found.compressed, more.includes("--deflate") ? 5 : 0);
      }
  } finally {
    await server.stop();
  }
});

test("the table says the same to people", async () => {
  await withNode({}, echo, async (url) => {
    const { code, stdout, stderr } = await bench(url, "--server-pid", String(process.pid));
    assert.equal(code, 0, stderr);
    for (const name of ["messages", "latency", "server CPU", "server memory", "generator CPU", "errors"])
      assert.match(stdout, new RegExp(`^${name} +\\S`, "m"));
  });
});

test("an open loop sends at its rate, whatever comes back", async () => {
  await withNode({}, echo, async (url) => {
    const found = await measured(url, "--rate", "2000", "--messages", "0", "--duration", "1");
    assert.ok(Math.abs(found.per_second - 2000) < 500, String(found.per_second));
  });
});

test("a server that stalls is charged for what should have come meanwhile", async () => {
  let stalled = false;
  const stalling = (socket) => socket.on("message", (data, isBinary) => {
    if (!stalled) {
      stalled = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);  // everything stands still for half a second
    }
    socket.send(data, { binary: isBinary });
  });
  await withNode({}, stalling, async (url) => {
    const found = await measured(url, "--rate", "1000", "--messages", "0", "--duration", "1");
    // Half of the second's messages were due while it stood still: a tenth of all waited for 400 ms and more.
    assert.ok(found.latency_ns.p90 > 350e6, JSON.stringify(found.latency_ns.p90));
  });
});

test("every delivery of a broadcast is counted", async () => {
  const server = { all: undefined };
  const shout = (socket) => socket.on("message", (data, isBinary) => {
    for (const client of server.all.clients) client.send(data, { binary: isBinary });
  });
  await withNode({}, shout, async (url, all) => {
    server.all = all;
    for (const args of [[], ["--publishes", "16"], ["--rate", "300", "--messages", "0", "--duration", "1"]]) {
      const found = await measured(url, "--mode", "broadcast", ...args);
      assert.ok(found.messages >= 500, String(found.messages));
      assert.equal(found.latency_ns.count, found.messages);
    }
  });
});

test("HTTP requests are counted, pipelined too, and their answers compared", async () => {
  let answer = () => "Hello, World!";
  const server = createServer((request, response) => {
    if (request.url !== "/hello") return void response.writeHead(404, { "Content-Length": 0 }).end();
    const content = answer();
    response.writeHead(200, { "Content-Length": Buffer.byteLength(content) }).end(content);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  try {
    for (const more of [[], ["--in-flight", "16"]]) {
      const found = await measured(`${url}/hello`, "--mode", "request", ...more);
      assert.ok(found.messages >= 500);
      assert.equal(found.latency_ns.count, found.messages);
      assert.equal(found.options.protocol, "http");
    }
    const large = "0123456789".repeat(50_000);  // in many reads, of several connections at a time
    answer = () => large;
    await measured(`${url}/hello`, "--mode", "request", "--messages", "50");
    await failed(/the server answered HTTP\/1\.1 404/, `${url}/other`, "--mode", "request");
    let count = 0;
    answer = () => (++count < 100 ? "Hello, World!" : "Hello, world!");
    await failed(/the server's answers differ/, `${url}/hello`, "--mode", "request");
    count = 0;
    answer = () => (++count < 100 ? "Hello, World!" : "Hello");
    await failed(/answers differ in length/, `${url}/hello`, "--mode", "request");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("idle connections are held open, and pinged ones answer", async () => {
  let pongs = 0;
  await withNode({}, (socket) => { socket.on("pong", () => ++pongs); socket.ping("are you there?"); }, async (url) => {
    const found = await measured(url, "--mode", "idle", "--hold", "0.5", "--connections", "30", "--source-addresses", "3");
    assert.equal(found.opened, 30);
    assert.equal(found.still_open, 30);
    assert.equal(pongs, 30);
  });
});

test("handshakes are counted one by one", async () => {
  let came = 0;
  await withNode({}, () => ++came, async (url) => {
    const found = await measured(url, "--mode", "handshake");
    assert.ok(found.messages >= 500);
    assert.ok(came >= found.messages);
  });
});

test("Node's Socket.IO server gets its events back, text and attachments, and its pings answered", async () => {
  await withSocketIo({ pingInterval: 100, pingTimeout: 300, perMessageDeflate: { threshold: 0 } }, echoEvent, async (url) => {
    for (const content of ["ascii", "cjk", "binary", "json"])
      for (const more of [[], ["--in-flight", "16"], ["--deflate"]])
        await measured(url, "--content", content, "--size", "60", ...more);
    await measured(`${url.replace(/^http/, "ws")}socket.io/`, "--socket-io", "--messages", "0", "--duration", "1");
    await measured(url, "--mode", "idle", "--hold", "1");
    await measured(url, "--mode", "handshake", "--messages", "50");
  });
});

test("wss:// verifies the server's certificate, unless told not to", async () => {
  const server = await start("duplex-conformance", ["--suite", "autobahn", "--tls"]);
  try {
    await measured(server.ws("/"), "--insecure", "--size", "70000");
    await failed(/certificate/, server.ws("/"));
  } finally {
    await server.stop();
  }
});

test("a reply with another byte in it is told", async () => {
  const corrupting = (socket) => {
    let n = 0;
    socket.on("message", (data) => {
      if (++n === 20) data[3] ^= 1;
      socket.send(data, { binary: false });
    });
  };
  await withNode({}, corrupting, (url) => failed(/connection \d+: other bytes than were sent came back, after 19 messages/, url));
});

test("replies out of turn are told", async () => {
  const swapping = (socket) => {
    const held = [];
    socket.on("message", (data) => {
      held.push(data);
      if (held.length === 2) for (const each of held.splice(0).reverse()) socket.send(each, { binary: false });
    });
  };
  await withNode({}, swapping, (url) => failed(/other bytes than were sent came back/, url, "--in-flight", "2"));
});

test("a connection that the server closes is told, with its code", async () => {
  const closing = (socket) => {
    let n = 0;
    socket.on("message", (data) => (++n === 10 ? socket.close(1011) : socket.send(data, { binary: false })));
  };
  await withNode({}, closing, (url) => failed(/the server closed it with code 1011, after 9 messages/, url));
});

test("replies that do not come are told", async () => {
  const silent = (socket) => {
    let n = 0;
    socket.on("message", (data) => ++n <= 10 && socket.send(data, { binary: false }));
  };
  await withNode({}, silent, (url) => failed(/nothing came for 2\.0 s; 5 messages are outstanding/, url));
});

test("a server that is not there, or speaks something else, is told in one line", async () => {
  const http = createServer((request, response) => response.end("hello")).listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address();
  await failed(/the server answered 200 to the upgrade/, `ws://127.0.0.1:${port}/`);
  http.closeAllConnections();
  http.close();
  await once(http, "close");
  await failed(new RegExp(`cannot connect to 127\\.0\\.0\\.1:${port}: Connection refused`), `ws://127.0.0.1:${port}/`);
  await failed(/cannot find no-such-host\.invalid/, "ws://no-such-host.invalid/");
});

test("wrong usage gets one line and exit code 2", async () => {
  for (const [args, pattern] of [
    [[], /url/], [["localhost:3000"], /localhost:3000/], [["ws://localhost/", "--mode", "shout"], /--mode/],
    [["ws://localhost/", "--rate", "5", "--in-flight", "2"], /--rate/], [["ws://localhost/", "--transport", "polling"], /--transport/],
    [["ws://localhost/", "--publishers", "2"], /--publishers/], [["ws://localhost/", "--sise", "5"], /--sise/],
  ]) {
    const { code, stdout, stderr } = await run(program("duplex"), ["bench", ...args]);
    assert.equal(code, 2, stderr + stdout);
    assert.match(stderr, pattern);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
});

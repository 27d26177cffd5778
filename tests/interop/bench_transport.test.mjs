// SPDX-License-Identifier: MIT
// `duplex bench --transport`: long-polling, and the upgrade from it, against ours and Node's Socket.IO, and against servers that do not behave.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { echoEvent, failed, measured, withSocketIo } from "./support/bench.mjs";
import { start } from "./support/server.mjs";

/** `play(url, pid)` against ours and Node's, in either of which every event comes back, or goes to everyone. */
async function withBoth(play, mode = "echo") {
  const server = await start("duplex-conformance", ["--suite", "bench", "--mode", mode]);
  try {
    await play(`${server.url}/`, server.pid);
  } finally {
    await server.stop();
  }
  const everyone = (socket, io) => socket.on("m", (argument) => io.emit("m", argument));
  let io;
  const onConnection = (socket) => (mode === "echo" ? echoEvent(socket) : everyone(socket, io));
  await withSocketIo({}, onConnection, (url, its) => { io = its; return play(url, process.pid); });
}

for (const transport of ["polling", "upgrade"]) {
  const through = ["--transport", transport];

  test(`${transport}: every message comes back, counted, of any content, one or many at a time`, () => withBoth(async (url, pid) => {
    for (const content of ["ascii", "cjk", "binary", "json"])
      for (const more of [[], ["--in-flight", "64"], ["--size", "70000"]]) {
        const found = await measured(url, ...through, "--size", "100", "--content", content, "--server-pid", String(pid), ...more);
        assert.ok(found.messages >= 500);
        assert.equal(found.latency_ns.count, found.messages);
        assert.equal(found.options.transport, transport);
        assert.ok(found.server.cpu_ns_per_message >= 0);
      }
  }));

  test(`${transport}: an open loop sends at its rate`, () => withBoth(async (url) => {
    const found = await measured(url, ...through, "--rate", "500", "--messages", "0", "--duration", "1");
    assert.ok(Math.abs(found.per_second - 500) < 150, String(found.per_second));
  }));

  test(`${transport}: every delivery of a broadcast is counted`, () => withBoth(async (url) => {
    for (const args of [[], ["--publishes", "16"], ["--rate", "100", "--messages", "0", "--duration", "1"]]) {
      const found = await measured(url, ...through, "--mode", "broadcast", ...args);
      assert.ok(found.messages >= 500, String(found.messages));
      assert.equal(found.latency_ns.count, found.messages);
    }
  }, "broadcast"));

  test(`${transport}: idle connections stay, handshakes are counted`, () => withBoth(async (url, pid) => {
    const idle = await measured(url, ...through, "--mode", "idle", "--hold", "0.5", "--connections", "30", "--server-pid", String(pid));
    assert.equal(idle.still_open, 30);
    const shaken = await measured(url, ...through, "--mode", "handshake", "--messages", "20");
    assert.ok(shaken.messages >= 20);
    assert.equal(shaken.latency_ns.count, shaken.messages);
  }));

  test(`${transport}: a reply with another byte in it is told, and one that is missing`, async () => {
    const spoiling = (spoil) => (socket) => {
      let n = 0;
      socket.on("m", (text) => spoil(++n, text, (answer) => socket.emit("m", answer)));
    };
    const corrupting = spoiling((n, text, answer) => answer(n === 20 ? `${text.slice(0, 3)}!${text.slice(4)}` : text));
    await withSocketIo({}, corrupting, (url) => failed(/connection \d+: other bytes than were sent came back, after 19 messages/, url, ...through));
    const longer = spoiling((n, text, answer) => answer(n === 20 ? `${text}!` : text));
    await withSocketIo({}, longer, (url) => failed(/a message of another length than was sent came back/, url, ...through));
    const twice = spoiling((n, text, answer) => { answer(text); if (n === 20) answer(text); });
    await withSocketIo({}, twice, (url) => failed(/bytes than were sent|not asked for/, url, ...through));
    const silent = spoiling((n, text, answer) => n <= 10 && answer(text));
    await withSocketIo({}, silent, (url) => failed(/nothing came for 2\.0 s; 5 messages are outstanding/, url, ...through));
    const leaving = (socket) => { let n = 0; socket.on("m", (text) => (++n === 10 ? socket.disconnect(true) : socket.emit("m", text))); };
    await withSocketIo({}, leaving, (url) => failed(/connection \d+: the server (sent 41|closed)/, url, ...through));
  });
}

test("polling: replies out of turn are told", async () => {
  const swapping = (socket) => {
    const held = [];
    socket.on("m", (text) => {
      held.push(text);
      if (held.length === 2) for (const each of held.splice(0).reverse()) socket.emit("m", each);
    });
  };
  await withSocketIo({}, swapping, (url) => failed(/other bytes than were sent came back/, url, "--transport", "polling", "--in-flight", "2"));
});

test("polling: pings are answered, whatever else is going on", async () => {
  const options = { pingInterval: 100, pingTimeout: 300 };
  await withSocketIo(options, echoEvent, async (url) => {
    await measured(url, "--transport", "polling", "--messages", "0", "--duration", "1");
    await measured(url, "--transport", "polling", "--mode", "idle", "--hold", "1.5");
    await measured(url, "--transport", "upgrade", "--mode", "idle", "--hold", "1.5");
  });
});

test("polling: a server that closes connections which wait, or after some requests, is followed", async () => {
  await withSocketIo({}, echoEvent, async (url, io, http) => {
    http.keepAliveTimeout = 50;  // less than 5 connections at 20 a second leave between two posts of one
    http.maxRequestsPerSocket = 3;
    await measured(url, "--transport", "polling", "--rate", "20", "--messages", "0", "--duration", "1.5");
    await measured(url, "--transport", "polling");
  });
});

test("polling: no payload is longer than the server takes", async () => {
  await withSocketIo({ maxHttpBufferSize: 300 }, echoEvent, async (url) => {
    await measured(url, "--transport", "polling", "--in-flight", "32");
    await failed(/the server answered 413 to a POST/, url, "--transport", "polling", "--size", "400");
  });
});

test("a server without the transport is told in one line", async () => {
  await withSocketIo({ transports: ["websocket"] }, echoEvent, async (url) => {
    await failed(/the server answered 400 to a handshake/, url, "--transport", "polling");
  });
  await withSocketIo({ transports: ["polling"] }, echoEvent, async (url) => {
    await measured(url, "--transport", "polling");
    await failed(/the server offers no upgrade to WebSocket/, url, "--transport", "upgrade");
  });
  const other = createServer((request, response) => response.writeHead(404).end("not here")).listen(0, "127.0.0.1");
  await once(other, "listening");
  try {
    await failed(/the server answered 404 to a handshake/, `http://127.0.0.1:${other.address().port}/`, "--transport", "polling");
  } finally {
    other.close();
  }
});

test("polling and upgrade go over TLS, too", async () => {
  const server = await start("duplex-conformance", ["--suite", "bench", "--tls"]);
  try {
    for (const transport of ["polling", "upgrade"]) {
      await measured(`${server.url}/`, "--insecure", "--transport", transport, "--size", "20000");
      await failed(/certificate/, `${server.url}/`, "--transport", transport);
    }
  } finally {
    await server.stop();
  }
});

// SPDX-License-Identifier: MIT
// The client of Socket.IO 2 in a real browser, on a page of another origin: by script elements, which need no leave, and by
// XMLHttpRequest and WebSocket, which do.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { start } from "../interop/support/server.mjs";
import { launch, openPage } from "./support/browser.mjs";

const client = readFileSync(createRequire(import.meta.url).resolve("socket.io-client-2/dist/socket.io.js"));
let browser, server, pages;
before(async () => {
  pages = createServer((request, response) => {
    const isClient = request.url === "/client.js";
    response.setHeader("Content-Type", isClient ? "text/javascript" : "text/html");
    response.end(isClient ? client : "<!doctype html><title>old</title><script src=/client.js></script><body></body>");
  });
  await new Promise((resolve) => pages.listen(0, "127.0.0.1", resolve));
  // This suite lists every origin for cross-origin requests.
  [browser, server] = await Promise.all([launch(), start("duplex-conformance", ["--suite", "socket.io-client", "--allow-eio3"])]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  pages?.close();
});

const ways = {
  "script elements": { forceJSONP: true, transports: ["polling"], upgrade: false },
  "polling": { transports: ["polling"] },
  "polling with base64": { transports: ["polling"], forceBase64: true },
  "WebSocket": { transports: ["websocket"] },
  "polling, then WebSocket": { transports: ["polling", "websocket"] },
  "polling, then WebSocket while the CONNECT is still in a poll": { transports: ["polling", "websocket"], slowFirstPoll: true },
};

for (const [name, options] of Object.entries(ways)) {
  test(`${name}: texts and bytes come back as they were`, { timeout: 60_000 }, async () => {
    const page = await openPage(browser, `http://127.0.0.1:${pages.address().port}/`);
    if (options.slowFirstPoll) {  // it ends once the WebSocket was heard
      const probed = new Promise((resolve) => page.on("websocket", (socket) => socket.on("framereceived", resolve)));
      await page.route((url) => url.searchParams.get("transport") === "polling" && url.searchParams.has("sid"), async (route) => {
        await probed;
        await route.continue();
      });
    }
    const said = "lines\nof \\n and \\\\n, \u2028 \u2029, quotes \" ' </script>, é👋 + % & =";
    const heard = await page.evaluate(async ({ url, options, said }) => {
      const socket = io(url, { ...options, withCredentials: false, reconnection: false });  // else `*` is no leave
      const ask = (...values) => new Promise((resolve) => socket.emit(...values, resolve));
      // From the start: if the last poll brings the CONNECT, the upgrade comes in the same turn.
      const upgraded = new Promise((resolve) => socket.io.engine.once("upgrade", resolve));
      await new Promise((resolve, reject) => {
        socket.on("connect", resolve);
        socket.on("connect_error", reject);
      });
      if (options.transports.length > 1) await upgraded;
      const id = await ask("getId");
      const text = await ask("echo", said);
      const bytes = new Uint8Array(await ask("echo", new Uint8Array([0, 1, 2, 254, 255]).buffer));
      const many = await Promise.all(Array.from({ length: 50 }, (_, i) => ask("echo", i)));
      const { transport } = socket.io.engine;
      const result = { same: id === socket.id, text, bytes: [...bytes], many, transport: transport.name, scripts: "script" in transport };
      socket.close();
      return result;
    }, { url: server.url, options, said });
    assert.deepEqual(heard, {
      same: true, text: said, bytes: [0, 1, 2, 254, 255], many: Array.from({ length: 50 }, (_, i) => i),
      transport: options.transports.at(-1), scripts: Boolean(options.forceJSONP),
    });
    assert.deepEqual(page.errors, []);
    await page.context().close();
  });
}

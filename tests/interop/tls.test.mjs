// SPDX-License-Identifier: MIT
// openssl s_client, curl and npm `ws` against duplex-conformance --tls.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { run } from "./support/run.mjs";
import { start } from "./support/server.mjs";
import { connect } from "./support/websocket.mjs";

let server;
before(async () => { server = await start("duplex-conformance", ["--suite", "autobahn", "--tls"]); });
after(() => server?.stop());

const s_client = (options, input = "") =>
  run("openssl", ["s_client", "-connect", `127.0.0.1:${server.port}`, "-servername", "localhost", ...options], { input });

for (const [flag, version] of [["-tls1_2", "TLSv1.2"], ["-tls1_3", "TLSv1.3"]]) {
  test(`openssl s_client connects with ${version}`, async () => {
    const { code, stdout } = await s_client([flag]);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`New, ${version}, Cipher is (?!\\(NONE\\))`));
  });
}

test("TLS 1.1 is refused", async () => {
  const { stdout, stderr } = await s_client(["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"]);
  assert.match(stdout, /Cipher is \(NONE\)/);
  assert.match(stderr, /alert|protocol version|unexpected eof/i);
});

test("ALPN agrees on http/1.1", async () => {
  const { stdout } = await s_client(["-alpn", "h2,http/1.1"]);
  assert.match(stdout, /ALPN protocol: http\/1\.1/);
});

test("an upgrade typed into s_client is answered with 101", async () => {
  const typed = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  // -quiet keeps s_client on the line after its input ends; the masked close frame makes the server hang up.
  const { stdout } = await s_client(["-quiet"], Buffer.concat([Buffer.from(typed), Buffer.from("8880" + "00000000", "hex")]));
  assert.match(stdout, /^HTTP\/1.1 101 /);
  assert.match(stdout, /s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
});

test("plain HTTP to the TLS port gets no page and does not disturb the next one", async () => {
  const { code } = await run("curl", ["-sS", "--max-time", "5", `http://127.0.0.1:${server.port}/`]);
  assert.notEqual(code, 0);
  assert.equal((await s_client(["-tls1_3"])).code, 0);
});

test("npm ws talks over wss: text, binary and 4 MiB", async () => {
  const peer = await connect(server.ws("/"), { rejectUnauthorized: false });
  peer.send("secret");
  assert.equal(await peer.next(), "secret");
  for (const size of [0, 1, 16_383, 16_384, 16_385, 4 << 20]) {  // around the size of a TLS record
    const bytes = randomBytes(size);
    peer.send(bytes);
    assert.ok(bytes.equals(await peer.next()), `${size} bytes`);
  }
  assert.equal((await peer.close(1000)).code, 1000);
});

test("a hundred clients shake hands at once", async () => {
  const peers = await Promise.all(Array.from({ length: 100 }, () => connect(server.ws("/"), { rejectUnauthorized: false })));
  peers.forEach((peer, i) => peer.send(`${i}`));
  for (const [i, peer] of peers.entries()) assert.equal(await peer.next(), `${i}`);
  await Promise.all(peers.map((peer) => peer.close(1000)));
});

// SPDX-License-Identifier: MIT
// L6: SIGHUP reads the certificates again, under load; and clients' certificates, with a PKI made by openssl.
import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { run } from "./support/run.mjs";
import { program, start, within } from "./support/server.mjs";
import { connect } from "./support/websocket.mjs";

let folder;
const file = (name) => join(folder, name);
async function openssl(...args) {
  const { code, stderr } = await run("openssl", args);
  assert.equal(code, 0, stderr);
}
/** NAME.pem and NAME.key: made by itself, or by `ca`. */
async function certificate(name, { ca, subject = `/CN=${name}`, san = "DNS:localhost,IP:127.0.0.1" } = {}) {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file(`${name}.key`)];
  if (!ca) return openssl("req", "-x509", ...key, "-days", "2", "-subj", subject, "-addext", `subjectAltName=${san}`, "-out", file(`${name}.pem`));
  await openssl("req", "-new", ...key, "-subj", subject, "-out", file(`${name}.csr`));
  await openssl("x509", "-req", "-in", file(`${name}.csr`), "-CA", file(`${ca}.pem`), "-CAkey", file(`${ca}.key`), "-CAcreateserial", "-days", "2", "-out", file(`${name}.pem`));
}
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "duplex-certificates-"));
  await Promise.all(["first", "second", "ca", "stranger"].map((name) => certificate(name)));
  await certificate("alice", { ca: "ca" });
});
after(() => rm(folder, { recursive: true, force: true }));

/** Whose certificate a new connection is shown. */
async function shown(server) {
  const socket = connectTls({ host: "127.0.0.1", port: server.port, servername: "localhost", rejectUnauthorized: false });
  await within(5000, "a handshake", once(socket, "secureConnect"));
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

/** {status, error} of a new connection's request. */
const get = (server, options = {}) => within(5000, "an answer", new Promise((resolve) => {
  request({ host: "127.0.0.1", port: server.port, path: "/healthz", agent: false, rejectUnauthorized: false, ...options },
    (response) => response.resume().on("end", () => resolve({ status: response.statusCode })))
    .on("error", (error) => resolve({ error: error.code ?? error.message })).end();
}));

async function logged(server, pattern, times) {
  const deadline = Date.now() + 5000;
  while (server.output.filter((line) => pattern.test(line)).length < times) {
    assert.ok(Date.now() < deadline, `${pattern} was not logged ${times} times:\n${server.output.join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

for (const threads of ["1", "2"]) test(`L6: certificates are read again under load, and no connection is lost (${threads} loops)`, { timeout: 60_000 }, async () => {
  const use = (name) => Promise.all(["pem", "key"].map((kind) => copyFile(file(`${name}.${kind}`), file(`used.${kind}`))));
  await use("first");
  const server = await start("duplex", ["serve", "--cert", file("used.pem"), "--key", file("used.key"), "--threads", threads]);
  try {
    const peers = await Promise.all(Array.from({ length: 30 }, () => connect(server.ws("/echo"), { rejectUnauthorized: false })));
    let loaded = true, echoes = 0, handshakes = 0;
    const load = [
      ...peers.map(async (peer, i) => {
        for (let n = 0; loaded; ++n, ++echoes) {
          peer.send(`${i}:${n}`);
          assert.equal(await peer.next(), `${i}:${n}`);
        }
      }),
      ...Array.from({ length: 4 }, async () => {
        for (; loaded; ++handshakes) assert.deepEqual(await get(server), { status: 200 });
      }),
    ];
    const failed = Promise.all(load);  // rejects as soon as one of them fails
    const meanwhile = (async () => {
      assert.equal(await shown(server), "first");
      for (let round = 1; round <= 6; ++round) {
        const name = round % 2 ? "second" : "first";
        await use(name);
        server.signal("SIGHUP");
        await logged(server, /the certificates were read again/, round);
        assert.equal(await shown(server), name);

        // a bad file, and a key that belongs to another certificate: what was used before stays
        if (round % 2) await writeFile(file("used.pem"), "half of a certifi");
        else await copyFile(file("stranger.key"), file("used.key"));
        server.signal("SIGHUP");
        await logged(server, /"level":"error".*the certificates stay as they are: /, round);
        assert.equal(await shown(server), name);
      }
      loaded = false;
    })();
    await Promise.race([Promise.all([meanwhile, failed]), failed.then(() => meanwhile)]);
    const complaints = server.output.filter((line) => line.includes("stay as they are"));
    assert.match(complaints[0], /used\.pem.* is not a certificate in PEM format/);
    assert.match(complaints[1], /used\.key.* does not belong to the certificate .*used\.pem/);
    assert.ok(echoes > 300 && handshakes > 20, `${echoes} echoes, ${handshakes} handshakes`);
    for (const peer of peers) peer.send("still");
    for (const peer of peers) assert.equal(await peer.next(), "still");
    for (const peer of peers) peer.ws.terminate();
  } finally {
    await server.stop();
  }
});

const pair = async (name) => ({ cert: await readFile(file(`${name}.pem`)), key: await readFile(file(`${name}.key`)) });

for (const maxVersion of ["TLSv1.2", "TLSv1.3"]) test(`a client without a good certificate does not get in, with ${maxVersion}`, async () => {
  const server = await start("duplex", ["serve", "--cert", file("first.pem"), "--key", file("first.key"), "--client-ca", file("ca.pem")]);
  try {
    assert.deepEqual(await get(server, { maxVersion, ...await pair("alice") }), { status: 200 });
    assert.ok((await get(server, { maxVersion })).error);
    assert.ok((await get(server, { maxVersion, ...await pair("stranger") })).error);
    await logged(server, /the client showed no certificate/, 1);
    await logged(server, /the client's certificate is refused: self.signed certificate/, 1);
    const peer = await connect(server.ws("/echo"), { rejectUnauthorized: false, maxVersion, ...await pair("alice") });
    peer.send("hello");
    assert.equal(await peer.next(), "hello");
    await peer.close(1000);
  } finally {
    await server.stop();
  }
});

test("where certificates are only requested, none will do, but not a bad one", async () => {
  const server = await start("duplex", ["serve"], { env: {
    DUPLEX_CERT: file("first.pem"), DUPLEX_KEY: file("first.key"), DUPLEX_CLIENT_CA: file("ca.pem"), DUPLEX_CLIENT_CERTIFICATES: "request" } });
  try {
    assert.deepEqual(await get(server), { status: 200 });
    assert.deepEqual(await get(server, await pair("alice")), { status: 200 });
    assert.ok((await get(server, await pair("stranger"))).error);
  } finally {
    await server.stop();
  }
});

test("a reload changes who vouches for clients, and tickets do not get round it", async () => {
  await copyFile(file("ca.pem"), file("used-ca.pem"));
  const server = await start("duplex", ["serve", "--cert", file("first.pem"), "--key", file("first.key"), "--client-ca", file("used-ca.pem")]);
  try {
    const socket = connectTls({ host: "127.0.0.1", port: server.port, rejectUnauthorized: false, ...await pair("alice") });
    const [session] = await within(5000, "a ticket", once(socket, "session"));
    assert.deepEqual(await get(server, { session, ...await pair("alice") }), { status: 200 });
    await copyFile(file("stranger.pem"), file("used-ca.pem"));
    server.signal("SIGHUP");
    await logged(server, /the certificates were read again/, 1);
    assert.ok((await get(server, { session, ...await pair("alice") })).error);
    assert.deepEqual(await get(server, await pair("stranger")), { status: 200 });
    socket.destroy();
  } finally {
    await server.stop();
  }
});

test("client certificates that cannot be checked are a wrong configuration", async () => {
  const check = async (...args) => {
    const { code, stderr } = await run(program("duplex"), ["config", "check", ...args]);
    assert.equal(code, 2);
    return stderr;
  };
  const own = ["--cert", file("first.pem"), "--key", file("first.key")];
  assert.match(await check(...own, "--client-certificates", "require"), /--client-certificates requires --client-ca/);
  assert.match(await check("--client-ca", file("ca.pem")), /--client-ca requires --cert/);
  assert.match(await check(...own, "--client-ca", file("first.key")), /first\.key" is not a list of certificates in PEM format/);
});

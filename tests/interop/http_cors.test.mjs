// SPDX-License-Identifier: MIT
// A1: Duplex's CORS beside npm `cors`, over the product of its options, with origins that are listed, not listed and absent.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import cors from "cors";
import express from "express";
import { run } from "./support/run.mjs";
import { program, start } from "./support/server.mjs";

const LISTED = "https://app.example.org", OTHER = "https://evil.example.com";
const HEADERS = ["access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers", "access-control-expose-headers", "access-control-allow-credentials",
  "access-control-max-age", "vary"];

/** [ours, npm's] of each option; every combination is tried. */
const axes = [
  [[{ origins: ["*"] }, { origin: "*" }], [{ origins: [LISTED] }, { origin: [LISTED] }], [{ origins: ["https://a.example", LISTED, "http://localhost:3000"] }, { origin: ["https://a.example", LISTED, "http://localhost:3000"] }],
    [{ any: true }, { origin: true }], [{ origins: [] }, { origin: [] }]],
  [[{}, {}], [{ methods: "GET,POST" }, { methods: ["GET", "POST"] }]],
  [[{}, {}], [{ allowed: "X-A,X-B" }, { allowedHeaders: ["X-A", "X-B"] }]],
  [[{}, {}], [{ exposed: "X-E,X-F" }, { exposedHeaders: "X-E,X-F" }]],
  [[{}, {}], [{ credentials: true }, { credentials: true }]],
  [[{}, {}], [{ maxAge: 0 }, { maxAge: 0 }], [{ maxAge: 600 }, { maxAge: 600 }]],
  [[{}, {}], [{ status: 200 }, { optionsSuccessStatus: 200 }], [{ continue: true }, { preflightContinue: true }]],
];
const product = axes.reduce((sets, axis) => sets.flatMap(([ours, theirs]) => axis.map(([o, t]) => [{ ...ours, ...o }, { ...theirs, ...t }])), [[{}, {}]])
  .filter(([ours]) => !(ours.credentials && ours.origins?.includes("*")));

const requests = [
  ["GET", {}], ["GET", { Origin: LISTED }], ["GET", { Origin: OTHER }], ["GET", { Origin: "null" }],
  ["OPTIONS", { Origin: LISTED, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-one, x-two" }],
  ["OPTIONS", { Origin: OTHER, "Access-Control-Request-Method": "PUT" }], ["OPTIONS", {}],
];

const folder = mkdtempSync(join(tmpdir(), "duplex-cors-"));
const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
let duplex, oracle;
before(async () => {
  writeFileSync(join(folder, "sets.json"), JSON.stringify(product.map(([ours]) => ours)));
  duplex = await start("http_oracle", ["cors", "--options", join(folder, "sets.json")]);
  const app = express();
  const mounts = product.map(([, theirs]) => cors(theirs));
  app.use("/:number", (req, res, next) => mounts[req.params.number](req, res, next));
  app.all("/:number", (req, res) => res.type("txt").send("here"));
  const server = http.createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  oracle = { port: server.address().port, stop: () => server.close() };
});
after(async () => {
  agent.destroy();
  oracle?.stop();
  await duplex?.stop();
  rmSync(folder, { recursive: true });
});

async function ask(port, method, path, headers) {
  const request = http.request({ host: "127.0.0.1", port, method, path, agent, headers });
  request.end();
  const [response] = await once(request, "response", { signal: AbortSignal.timeout(10_000) });
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, body, ...Object.fromEntries(HEADERS.map((name) => [name, response.headers[name]])) };
}

test("the product of the options has more than 500 sets", () => assert.ok(product.length > 500, String(product.length)));

for (const [method, headers] of requests) {
  test(`A1: as npm cors, ${product.length} sets of options: ${method} ${JSON.stringify(headers)}`, async () => {
    for (let i = 0; i < product.length; i += 4) {
      await Promise.all([0, 1, 2, 3].filter((k) => i + k < product.length).map(async (k) => {
        const path = `/${i + k}`;
        const [ours, theirs] = await Promise.all([ask(duplex.port, method, path, headers), ask(oracle.port, method, path, headers)]);
        assert.deepEqual(ours, theirs, JSON.stringify(product[i + k]));
      }));
    }
  });
}

test("A1: an origin that is not listed gets no Access-Control-Allow-Origin, and Vary says that it matters", async () => {
  const listed = product.findIndex(([ours]) => ours.origins?.length === 1 && ours.origins[0] === LISTED && ours.credentials);
  for (const origin of [OTHER, "null", `${LISTED}.evil.com`, `${LISTED}:8443`, "https://app.example.orgx", "HTTPS://APP.EXAMPLE.ORG", `${LISTED}/`]) {
    const answer = await ask(duplex.port, "GET", `/${listed}`, { Origin: origin });
    assert.equal(answer["access-control-allow-origin"], undefined, origin);
    assert.equal(answer.vary, "Origin");
  }
});

test("A1: * with credentials does not start, and says why", async () => {
  writeFileSync(join(folder, "bad.json"), JSON.stringify([{ origins: ["*"], credentials: true }]));
  const { code, stderr, stdout } = await run(program("http_oracle"), ["cors", "--options", join(folder, "bad.json")]);
  assert.equal(code, 2);
  assert.match(stderr + stdout, /cors: the origin "\*" with credentials/);
});

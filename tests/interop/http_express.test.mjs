// SPDX-License-Identifier: MIT
// The same routes on Duplex and on npm `express`, the same requests to both: status, body and headers must agree.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { gzipSync } from "node:zlib";
import { after, before, test } from "node:test";
import { expressApp } from "./support/express_app.mjs";
import { start } from "./support/server.mjs";

const COMPARED = ["content-type", "content-length", "location", "vary", "allow", "content-disposition", "set-cookie", "x-mw", "x-org", "x-order", "x-trail", "x-list", "x-once"];
const ERROR_PAGE = "an error is a line of plain text: no markup, and nothing of the request in it";

/** In the order of the table: [method, path, {headers, body, differs}]. `differs`: field to [what ours is, why]. */
const noRoute = { differs: { page: ERROR_PAGE } };
const asText = { differs: { vary: [undefined, "a redirect's text is the same whatever the client accepts: no markup made of a URL"] } };
const json = (body) => ({ headers: { "Content-Type": "application/json" }, body });
const form = (body) => ({ headers: { "Content-Type": "application/x-www-form-urlencoded" }, body });
const table = [
  // which route
  ["GET", "/"], ["HEAD", "/"], ["GET", "/plain"], ["POST", "/plain"], ["PUT", "/plain"], ["PATCH", "/plain"], ["DELETE", "/plain"],
  ["HEAD", "/plain"], ["OPTIONS", "/plain"], ["OPTIONS", "/any"], ["GET", "/any"], ["PURGE", "/any"], ["GET", "/twice"],
  ["GET", "/static/first"], ["GET", "/static/second"], ["GET", "/static/other"],
  ["GET", "/nowhere", noRoute], ["POST", "/nowhere", noRoute], ["OPTIONS", "/nowhere", noRoute], ["PURGE", "/plain", noRoute],
  ["GET", "/only/post"], ["POST", "/only/get", noRoute], ["DELETE", "/only/x", noRoute], ["OPTIONS", "/only/post"], ["OPTIONS", "/only/x"],
  ["HEAD", "/only/post"],
  // parameters
  ["GET", "/user/42"], ["GET", "/user/", noRoute], ["GET", "/user", noRoute], ["GET", "/user/a/b", noRoute], ["GET", "/user/7/books/9"],
  ["GET", "/user/a%20b"], ["GET", "/user/a%2Fb"], ["GET", "/user/%E2%82%AC"], ["GET", "/user/a+b"], ["GET", "/user/%2e%2e"], ["GET", "/user/a.b-c~d"],
  ["GET", "/user/%ff", { differs: { page: ERROR_PAGE } }], ["GET", "/user/%", { differs: { page: ERROR_PAGE } }],
  ["GET", "/user/%zz", { differs: { page: ERROR_PAGE } }], ["GET", "/user/%c3%28", { differs: { page: ERROR_PAGE } }],
  ["GET", "/flight/LAX-SFO"], ["GET", "/flight/a-b-c"], ["GET", "/flight/a--b"], ["GET", "/flight/a-", noRoute], ["GET", "/flight/-a", noRoute],
  ["GET", "/file/archive.tar"], ["GET", "/file/archive.tar.gz"], ["GET", "/file/noext", noRoute],
  ["GET", "/v1.2"], ["GET", "/v1", noRoute],
  ["GET", "/quoted/x"], ["GET", "/escaped/:id"], ["GET", "/escaped/x", noRoute], ["GET", "/_under/x"],
  // parts that may be missing
  ["GET", "/opt"], ["GET", "/opt/1"], ["GET", "/opt/"], ["GET", "/opt/1/2", noRoute],
  ["GET", "/nested"], ["GET", "/nested/1"], ["GET", "/nested/1/2"], ["GET", "/between/end"], ["GET", "/between/1/end"], ["GET", "/between/1/2/end", noRoute],
  ["GET", "/page"], ["GET", "/page.html"], ["GET", "/page.", noRoute],
  // wildcards
  ["GET", "/splat/a"], ["GET", "/splat/a/b/c"], ["GET", "/splat/", noRoute], ["GET", "/splat", noRoute], ["GET", "/splat/a%2Fb/c%20d"], ["GET", "/splat/a/"],
  ["GET", "/all"], ["GET", "/all/"], ["GET", "/all/x/y"], ["GET", "/mid/a/edit"], ["GET", "/mid/a/b/edit"], ["GET", "/mid/a/edit/edit"], ["GET", "/mid/edit", noRoute],
  ["GET", "/two/1/to/2"], ["GET", "/two/1/2/to/3/4"], ["GET", "/two/1/to/2/to/3"], ["GET", "/mixed/1/2/3"], ["GET", "/pre-a/b"], ["GET", "/pre-", noRoute],
  // case, slashes
  ["GET", "/mixed/case"], ["GET", "/MIXED/CASE"], ["GET", "/PLAIN"], ["GET", "/plain/"], ["GET", "/slash"], ["GET", "/slash/"], ["GET", "/User/Bob/"],
  ["GET", "/plain//", { differs: { status: [400, "an empty segment is read in two ways by proxies and file systems: refused"], page: ERROR_PAGE } }],
  ["GET", "//plain", { differs: { status: [400, "as above"], page: ERROR_PAGE } }],
  ["GET", "/%70lain", { differs: { status: [200, "text matches its encoded form, so that a middleware at a prefix is not passed by"], page: ERROR_PAGE } }],
  ["GET", "/plain?x=1"], ["GET", "/?x"],
  ["GET", "/query?a=1&b=x%20y+z"], ["GET", "/query"], ["GET", "/query?a"], ["GET", "/query?a=%E2%82%AC&b=%26"],
  // middleware and routers
  ["GET", "/mw"], ["GET", "/mw/"], ["GET", "/mw/deep"], ["GET", "/MW/deep"], ["GET", "/mwx", noRoute], ["GET", "/mw/stop"], ["GET", "/mw/stop/here"], ["GET", "/mw/none", noRoute],
  ["GET", "/org/acme/info"], ["GET", "/org/a%20b/info"], ["GET", "/org/acme/none", noRoute], ["GET", "/trail/x"],
  ["GET", "/api/users"], ["GET", "/api/users/"], ["POST", "/api/users"], ["PUT", "/api/users", noRoute], ["GET", "/api/users/5"], ["GET", "/api/users/5/pets"],
  ["GET", "/api/users/5/pets/"], ["GET", "/api/users/5/pets/rex"], ["GET", "/api/users/5/late"], ["GET", "/api/users/5/none", noRoute], ["OPTIONS", "/api/users"],
  ["OPTIONS", "/api/users/5/pets/rex"], ["HEAD", "/api/users/5"], ["GET", "/api/usersx", noRoute],
  ["GET", "/pass/off"], ["GET", "/pass/on"],
  // failures
  ["GET", "/caught/throw"], ["GET", "/caught/teapot"], ["GET", "/caught/left", noRoute], ["GET", "/mwthrow", noRoute], ["GET", "/throw", noRoute], ["GET", "/throw403", noRoute],
  // answers
  ["GET", "/res/json"], ["GET", "/res/null"], ["GET", "/res/text"], ["HEAD", "/res/text"], ["GET", "/res/plaintype"], ["GET", "/res/html"], ["GET", "/res/empty"],
  ["GET", "/res/end"],
  ["GET", "/res/buffer"], ["GET", "/res/status/201"], ["GET", "/res/status/204"], ["GET", "/res/status/304"], ["GET", "/res/status/205"], ["GET", "/res/status/500"],
  ["GET", "/res/sendstatus/404"], ["GET", "/res/sendstatus/418"], ["GET", "/res/sendstatus/200"], ["GET", "/res/sendstatus/503"],
  ["GET", "/res/type/html"], ["GET", "/res/type/json"], ["GET", "/res/type/txt"], ["GET", "/res/type/png"], ["GET", "/res/type/svg"], ["GET", "/res/type/css"],
  ["GET", "/res/type/application/x-thing"], ["GET", "/res/type/image/webp"],
  ["GET", "/res/redirect", asText], ["GET", "/res/redirect/301", asText], ["GET", "/res/redirect/307", asText], ["GET", "/res/encoded", asText],
  ["GET", "/res/crlf", asText], ["HEAD", "/res/redirect", asText],
  ["GET", "/res/location"],
  ["GET", "/res/vary"], ["GET", "/res/append"], ["GET", "/res/attachment"], ["GET", "/res/attachment/report.pdf"], ["GET", "/res/attachment/a%22b.txt"],
  ["GET", "/res/attachment/%E2%82%AC%20rates.json"], ["GET", "/res/attachment/folder%2Fname.png"], ["GET", "/res/attachment/50%25.txt"],
  ["GET", "/res/cookie"], ["GET", "/res/cookie/all"], ["GET", "/res/cookie/clear"],
  ["GET", "/res/cookies", { headers: { Cookie: "a=1; b=x%20y" } }], ["GET", "/res/cookies", { headers: { Cookie: "c=1" } }],
  // bodies
  ["POST", "/body/json", json('{"a":[1,2,{"b":null}]}')], ["POST", "/body/json", json("3")], ["POST", "/body/json", { headers: { "Content-Type": "application/json; charset=utf-8" }, body: '"\u00e9"' }],
  ["POST", "/body/json", { ...json("{bad"), ...noRoute }], ["POST", "/body/json", { headers: { "Content-Type": "text/plain" }, body: "{}", ...noRoute }],
  ["POST", "/body/json", { headers: { "Content-Type": "application/json", "Content-Encoding": "gzip" }, body: gzipSync("{}"),
    differs: { status: [415, "H25: an encoded body is never inflated"], page: ERROR_PAGE } }],
  ["POST", "/body/form", form("a=1&b=x+y%26z")], ["POST", "/body/form", form("")], ["POST", "/body/form", { headers: { "Content-Type": "text/plain" }, body: "a=1" }],
  ["POST", "/body/text", { headers: { "Content-Type": "text/plain" }, body: "h\u00e9llo" }],
  ["POST", "/body/binary", { headers: { "Content-Type": "application/octet-stream" }, body: Buffer.from([0, 255, 13, 10]) }],
  ["POST", "/body/small", { headers: { "Content-Type": "text/plain" }, body: "x".repeat(100) }],
  ["POST", "/body/small", { headers: { "Content-Type": "text/plain" }, body: "x".repeat(101), ...noRoute }],
  ["POST", "/body/text", { headers: { "Content-Type": "text/plain" }, body: "x".repeat((1 << 20) + 1), ...noRoute }],
  ["POST", "/body/is", json("{}")], ["POST", "/body/is", form("a=1")], ["POST", "/body/is", { headers: { "Content-Type": "text/csv" }, body: "a" }], ["POST", "/body/is"],
];

let duplex, express;
before(async () => {
  duplex = await start("http_oracle", ["express"]);
  const server = http.createServer(expressApp()).listen(0, "127.0.0.1");
  await once(server, "listening");
  express = { port: server.address().port, stop: () => server.close() };
});
after(async () => { express?.stop(); await duplex?.stop(); });

async function ask(port, method, path, { headers = {}, body } = {}) {
  const request = http.request({ host: "127.0.0.1", port, method, path, agent: false, headers: { ...headers, ...(body !== undefined && { "Content-Length": Buffer.byteLength(body) }) } });
  request.on("error", () => {});
  request.end(body);
  const [response] = await once(request, "response", { signal: AbortSignal.timeout(10_000) });
  const chunks = [];
  response.on("error", () => {});
  for await (const chunk of response) chunks.push(chunk);
  const result = { status: response.statusCode, body: Buffer.concat(chunks).toString() };
  for (const name of COMPARED) result[name] = normal(name, response.headers[name]);
  return result;
}

/** Dates to come are not the same twice. */
function normal(name, value) {
  if (name === "set-cookie") return value?.map((line) => line.replace(/Expires=(?!Thu, 01 Jan 1970)[^;]*/, "Expires=soon"));
  return value;
}

const name = ([method, path, { headers, body } = {}]) => [method, path, headers && JSON.stringify(headers), body?.length > 40 ? `${body.length} bytes` : body].filter(Boolean).join(" ");

test(`the table has at least 60 requests`, () => assert.ok(table.length >= 60, String(table.length)));

for (const row of table) {
  const [method, path, options = {}] = row;
  test(`as express: ${name(row)}`, async () => {
    const [ours, theirs] = [await ask(duplex.port, method, path, options), await ask(express.port, method, path, options)];
    const differs = options.differs ?? {};
    const fields = "page" in differs ? ["status"] : Object.keys(ours);
    for (const field of fields) {
      if (field in differs) {
        assert.deepEqual(ours[field], differs[field][0], `${field}: ours`);
        assert.notDeepEqual(ours[field], theirs[field], `${field}: no longer differs`);
      } else {
        assert.deepEqual(ours[field], theirs[field], field);
      }
    }
    if ("page" in differs && ours.status >= 400) {
      if (method !== "HEAD" && method !== "OPTIONS") assert.match(ours.body, /^\d{3} [^<]*\n$/);
      assert.equal(ours["content-type"], "text/plain; charset=utf-8");
    }
  });
}

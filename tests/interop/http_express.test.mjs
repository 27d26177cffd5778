// SPDX-License-Identifier: MIT
// The same routes on Duplex and on npm `express`, the same requests to both: status, body and headers must agree.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { after, before, test } from "node:test";
import { expressApp } from "./support/express_app.mjs";
import { start } from "./support/server.mjs";

const COMPARED = ["content-type", "content-length", "location", "vary", "allow", "content-disposition", "set-cookie", "x-mw", "x-org", "x-order", "x-trail", "x-list", "x-once",
  "etag", "last-modified", "cache-control", "accept-ranges", "content-range"];
const ERROR_PAGE = "an error is a line of plain text: no markup, and nothing of the request in it";

/** In the order of the table: [method, path, {headers, body, differs}]. `differs`: field to [what ours is, why]. */
const noRoute = { differs: { page: ERROR_PAGE } };
const asText = { differs: { vary: [undefined, "a redirect's text is the same whatever the client accepts: no markup made of a URL"] } };
const json = (body) => ({ headers: { "Content-Type": "application/json" }, body });
const TEXT_TAG = 'W/"6-cIHyuruv/xa0uuFigoWchEuqFO8"', JSON_TAG = 'W/"d-1lh/gzq/1QgQV4LedO1WPvmulwc"';
const MODIFIED = "Tue, 14 Nov 2023 22:13:20 GMT", EARLIER = "Tue, 14 Nov 2023 22:13:19 GMT";
const has = (tag, more = {}) => ({ headers: { "If-None-Match": tag, ...more } });
const part = (range) => ({ headers: { Range: range } });
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
  // tags of bodies
  ["GET", "/tag/text"], ["HEAD", "/tag/text"], ["POST", "/tag/text"], ["GET", "/tag/empty"], ["GET", "/tag/json"], ["GET", "/tag/large"], ["GET", "/tag/later"],
  ["GET", "/tag/mine"], ["GET", "/tag/weak"], ["GET", "/tag/modified"], ["GET", "/tag/end"], ["GET", "/tag/status/201"], ["GET", "/tag/status/404"], ["GET", "/tag/status/500"],
  ["GET", "/tag/text", has(TEXT_TAG)], ["HEAD", "/tag/text", has(TEXT_TAG)], ["GET", "/tag/later", has(TEXT_TAG)], ["GET", "/tag/text", has(TEXT_TAG.slice(2))],
  ["GET", "/tag/text", has(`"a", ${TEXT_TAG} , "b"`)], ["GET", "/tag/text", has('"a", "b"')], ["GET", "/tag/text", has("*")], ["GET", "/tag/text", has(TEXT_TAG.toUpperCase())],
  ["GET", "/tag/text", has(TEXT_TAG, { "Cache-Control": "no-cache" })], ["GET", "/tag/later", has(TEXT_TAG, { "Cache-Control": "max-age=0, no-cache" })],
  ["POST", "/tag/text", has(TEXT_TAG)], ["GET", "/tag/status/201", has(TEXT_TAG)], ["GET", "/tag/status/404", has(TEXT_TAG)], ["GET", "/tag/status/500", has(TEXT_TAG)],
  ["GET", "/tag/status/304", has('"x"')], ["GET", "/tag/end", has("*")], ["GET", "/tag/mine", has('"mine"')], ["GET", "/tag/mine", has('W/"mine"')], ["GET", "/tag/mine", has(TEXT_TAG)],
  ["GET", "/tag/weak", has('"mine"')], ["GET", "/tag/json", has(JSON_TAG)],
  ["GET", "/tag/modified", { headers: { "If-Modified-Since": MODIFIED } }], ["GET", "/tag/modified", { headers: { "If-Modified-Since": EARLIER } }],
  ["GET", "/tag/modified", { headers: { "If-Modified-Since": "never" } }], ["GET", "/tag/text", { headers: { "If-Modified-Since": MODIFIED } }],
  ["GET", "/tag/modified", has('"x"', { "If-Modified-Since": MODIFIED })],
  // files
  ["GET", "/files/in/a.txt"], ["HEAD", "/files/in/a.txt"], ["POST", "/files/in/a.txt"], ["GET", "/files/in/docs/b.html"], ["GET", "/files/in/a%20b.txt"], ["GET", "/files/in/100%25.txt"],
  ["GET", "/files/in/%E2%82%AC.txt"], ["GET", "/files/in/none"], ["GET", "/files/in/zero.txt"], ["GET", "/files/in/inner.txt"], ["GET", "/files/slash/a.txt"],
  ["GET", "/files/in/nothing.txt", noRoute], ["GET", "/files/in/docs", noRoute], ["GET", "/files/in/docs%2Fb.html"], ["GET", "/files/in/docs%2F..%2Fa.txt"],
  ["GET", "/files/in/..%2Fsecret.txt", { differs: { status: [404, "what leads out is not there: nothing is told of it"], page: ERROR_PAGE } }],
  ["GET", "/files/in/docs%2F..%2F..%2Fsecret.txt", { differs: { status: [404, "as above"], page: ERROR_PAGE } }],
  ["GET", "/files/in/%2e%2e%2F%2e%2e%2Fetc%2Fpasswd", { differs: { status: [404, "as above"], page: ERROR_PAGE } }],
  ["GET", "/files/in/%252e%252e%252fsecret.txt", noRoute],
  ["GET", "/files/in/outer.txt", { differs: { status: [404, "a link out of the folder leads nowhere"], page: ERROR_PAGE } }],
  ["GET", "/files/in/.env", noRoute], ["GET", "/files/in/.git/config", noRoute], ["GET", "/files/allow/.env"], ["GET", "/files/allow/.git/config"], ["GET", "/files/deny/.env", noRoute], ["GET", "/files/deny/a.txt"],
  ["GET", "/files/deny/docs/.hidden", noRoute],
  ["GET", "/files/cached/a.txt"], ["GET", "/files/headers/a.txt"], ["GET", "/files/headers/nothing.txt", noRoute], ["GET", "/files/typed/a.txt"], ["GET", "/files/tagged/a.txt"],
  ["GET", "/files/tagged/a.txt", has('"mine"')],
  ["GET", "/files/absolute/a.txt"], ["GET", "/files/absolute/nothing.txt", noRoute], ["GET", "/files/absolute/..%2Fsecret.txt", { differs: { status: [404, "as above"], page: ERROR_PAGE } }],
  ["GET", "/files/absolute/outer.txt"], ["GET", "/files/absolute/.env", noRoute],
  ["GET", "/files/status/404/a.txt"], ["GET", "/files/status/404/a.txt", has("*")], ["GET", "/files/status/201/a.txt"],
  ["GET", "/files/status/404/a.txt", { ...part("bytes=0-3"), differs: { status: [404, "a range is of an answer that would be 200 (RFC 9110 14.2)"],
    body: ["0123456789", "as above"], "content-length": ["10", "as above"], "content-range": [undefined, "as above"] } }],
  ...["bytes=0-3", "bytes=4-", "bytes=-3", "bytes=8-99", "bytes=0-1,4-5", "items=0-3"].map((range) => ["GET", "/files/in/a.txt", part(range)]),
  ["GET", "/files/in/a.txt", { ...part("bytes=20-30"), ...noRoute }],
  ["GET", "/files/in/a.txt", { headers: { "If-Modified-Since": MODIFIED } }], ["GET", "/files/in/a.txt", { headers: { "If-Modified-Since": EARLIER } }], ["GET", "/files/in/a.txt", has("*")],
  ["GET", "/files/in/a.txt", { headers: { "If-Match": '"other"' }, ...noRoute }],
  ["GET", "/files/in/a.txt", { headers: { Range: "bytes=0-3", "If-Range": MODIFIED } }], ["GET", "/files/in/a.txt", { headers: { Range: "bytes=0-3", "If-Range": EARLIER } }],
  ["GET", "/files/save/a.txt"], ["HEAD", "/files/save/a.txt"], ["GET", "/files/save/docs/b.html"], ["GET", "/files/save/%E2%82%AC.txt"], ["GET", "/files/save/nothing.txt", noRoute],
  ["GET", "/files/save-as/report.pdf/a.txt"], ["GET", "/files/save-as/%22q%22%20%E2%82%AC.txt/a.txt"], ["GET", "/files/save-as/x%2Fy.txt/a.txt"], ["GET", "/files/save-absolute/a.txt"],
  ["GET", "/files/save-headers/a.txt"], ["GET", "/files/save/a.txt", part("bytes=2-4")],
];

const folder = mkdtempSync(join(tmpdir(), "duplex-express-"));
const root = join(folder, "root");
function writeFiles() {
  for (const name of ["docs", ".git"]) mkdirSync(join(root, name), { recursive: true });
  const files = { "a.txt": "0123456789", "docs/b.html": "<p>b", "a b.txt": "blank", "100%.txt": "percent", "\u20ac.txt": "euro", none: "no extension", "zero.txt": "",
    ".env": "allowed=1", ".git/config": "allowed=2", "docs/.hidden": "hidden", "../secret.txt": "SECRET" };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(root, name), content);
    utimesSync(join(root, name), 1_700_000_000, 1_700_000_000);
  }
  symlinkSync("a.txt", join(root, "inner.txt"));
  symlinkSync("../secret.txt", join(root, "outer.txt"));
}

let duplex, express;
before(async () => {
  writeFiles();
  duplex = await start("http_oracle", ["express", "--root", root]);
  const server = http.createServer(expressApp(root)).listen(0, "127.0.0.1");
  await once(server, "listening");
  express = { port: server.address().port, stop: () => server.close() };
});
after(async () => {
  express?.stop();
  await duplex?.stop();
  rmSync(folder, { recursive: true });
});

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
  // A file's: theirs is weak, of size and milliseconds; ours strong, to the nanosecond.
  if (name === "etag" && /^(W\/"[0-9a-f]+-[0-9a-f]{11}"|"[0-9a-f]+-[0-9a-f]+-[0-9a-f]+")$/.test(value)) return "of a file";
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

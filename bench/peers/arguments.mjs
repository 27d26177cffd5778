// SPDX-License-Identifier: MIT
// What the peers' command lines say: --port N --mode echo|broadcast [--deflate] [--cert=FILE --key=FILE], as duplex-conformance --suite bench.
// bufferutil is required: without it ws unmasks in JavaScript, and the comparison would flatter us.
import bufferutil from "bufferutil";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { parseArgs } from "node:util";

export const maxMessage = 16 * 1024 * 1024;

export function read() {
  const { values } = parseArgs({
    options: {
      port: { type: "string" }, mode: { type: "string", default: "echo" }, deflate: { type: "boolean", default: false },
      cert: { type: "string" }, key: { type: "string" },
    },
  });
  if (!values.port || !["echo", "broadcast"].includes(values.mode)) {
    console.error("usage: node SERVER --port N [--mode echo|broadcast] [--deflate] [--cert=FILE --key=FILE]");
    process.exit(2);
  }
  if (!bufferutil.unmask.toString().includes("[native code]")) {
    console.error("bufferutil has no native code for this machine");
    process.exit(1);
  }
  const server = values.cert ? https.createServer({ cert: readFileSync(values.cert), key: readFileSync(values.key) }) : http.createServer();
  return { port: Number(values.port), broadcast: values.mode === "broadcast", deflate: values.deflate, server };
}

export function listening(port) {
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
  console.log(`listening on http://127.0.0.1:${port}`);
}

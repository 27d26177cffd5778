// SPDX-License-Identifier: MIT
// Flags win over the environment, that over `.env`, that over defaults; and `duplex config` says which it was.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { run } from "./support/run.mjs";
import { program, start } from "./support/server.mjs";

let top, folder, folders = 0;
before(async () => { top = await mkdtemp(join(tmpdir(), "duplex-config-")); });
beforeEach(async () => { await mkdir(folder = join(top, String(++folders))); });
after(() => rm(top, { recursive: true, force: true }));

const dotenv = (text, name = ".env") => writeFile(join(folder, name), text);
const duplex = (args, env = {}) => run(program("duplex"), args, { cwd: folder, env });

/** What `duplex config print` says: {"--port": ["PORT", "3000", "default"], …}. */
async function printed(args = [], env = {}) {
  const { code, stdout, stderr } = await duplex(["config", "print", ...args], env);
  assert.equal(code, 0, stderr);
  const rows = stdout.trimEnd().split("\n").map((line) => line.split(/  +/));
  assert.deepEqual(rows.shift(), ["flag", "variable", "value", "from"]);
  return Object.fromEntries(rows.map(([flag, ...rest]) => [flag, rest]));
}

function refused({ code, stdout, stderr }, line) {
  assert.equal(code, 2, stderr + stdout);
  assert.equal(stderr, `duplex: ${line}\n`);
}

test("flag, environment, .env, default: in that order", async () => {
  await dotenv("# mine\nPORT=1001\nexport HOST='::1'   # IPv6\nDUPLEX_THREADS=2\n");
  assert.deepEqual(await printed(["--port", "1003"], { PORT: "1002", HOST: "127.0.0.2" }), {
    "--host": ["HOST", "127.0.0.2", "HOST in the environment"],
    "--port": ["PORT", "1003", "--port"],
    "--threads": ["DUPLEX_THREADS", "2", "DUPLEX_THREADS in .env, line 4"],
    "--cert": ["DUPLEX_CERT", "-", "default"],
    "--key": ["DUPLEX_KEY", "-", "default"],
    // other options, which are at their defaults
    ...Object.fromEntries(Object.entries(await printed()).filter(([flag]) => !/^--(host|port|threads|cert|key|log-level)$/.test(flag))),
    "--log-level": ["DUPLEX_LOG_LEVEL", "info", "default"],
  });
  const values = await printed([], { PORT: "1002" });
  assert.deepEqual(values["--port"], ["PORT", "1002", "PORT in the environment"]);
  assert.deepEqual(values["--host"], ["HOST", "::1", "HOST in .env, line 3"]);
  assert.deepEqual((await printed(["--port=1004"]))["--port"], ["PORT", "1004", "--port"]);
});

test("without a .env file there are defaults; a folder of that name is none", async () => {
  assert.deepEqual((await printed())["--port"], ["PORT", "3000", "default"]);
  await mkdir(join(folder, ".env"));
  assert.deepEqual((await printed())["--port"], ["PORT", "3000", "default"]);
});

test("an empty variable counts as none, and hides the file's, as with npm dotenv", async () => {
  await dotenv("PORT=1001\nHOST=\n");
  const values = await printed([], { PORT: "" });
  assert.deepEqual(values["--host"], ["HOST", "127.0.0.1", "default"]);
  assert.deepEqual(values["--port"], ["PORT", "3000", "default"]);
});

test("what is on or off says so: true or false, wherever it is said", async () => {
  assert.deepEqual((await printed())["--allow-eio3"], ["DUPLEX_ALLOW_EIO3", "false", "default"]);
  assert.deepEqual((await printed(["--allow-eio3"]))["--allow-eio3"], ["DUPLEX_ALLOW_EIO3", "true", "--allow-eio3"]);
  await dotenv("DUPLEX_ALLOW_EIO3=true\n");
  assert.deepEqual((await printed())["--allow-eio3"], ["DUPLEX_ALLOW_EIO3", "true", "DUPLEX_ALLOW_EIO3 in .env, line 1"]);
  assert.deepEqual((await printed(["--allow-eio3=false"]))["--allow-eio3"], ["DUPLEX_ALLOW_EIO3", "false", "--allow-eio3"]);
  await dotenv("DUPLEX_ALLOW_EIO3=perhaps\n");
  refused(await duplex(["config", "check"]),
    `--allow-eio3 is "perhaps" (from DUPLEX_ALLOW_EIO3 in .env, line 1); it must be true or false`);
  await dotenv("");
  refused(await duplex(["config", "check", "--allow-jsonp"]), "--allow-jsonp requires --allow-eio3; see `duplex config check --help`");
});

test("--env-file names another file, which must be there", async () => {
  await dotenv("PORT=1001\n");
  await dotenv("\n\nPORT=1002\n", "other");
  assert.deepEqual((await printed(["--env-file", "other"]))["--port"], ["PORT", "1002", "PORT in other, line 3"]);
  assert.deepEqual((await printed(["--env-file=other"]))["--port"], ["PORT", "1002", "PORT in other, line 3"]);
  refused(await duplex(["serve", "--env-file", "none"]),
    `cannot read "none": No such file or directory; correct it, or name another file with --env-file`);
  refused(await duplex(["config", "check", "--env-file", folder]),
    `cannot read "${folder}": Is a directory; correct it, or name another file with --env-file`);
  await dotenv("A=1\n".repeat(300_000), "large");
  refused(await duplex(["config", "check", "--env-file", "large"]),
    `cannot read "large": it is larger than 1 MiB; correct it, or name another file with --env-file`);
});

test("a server is configured by .env, and says which of its lines mean nothing", async () => {
  await dotenv("PORT=0\nDUPLEX_LOG_LEVEL=debug\nDUPLEX_THREDS=2\n");
  const server = await start("duplex", ["serve"], { cwd: folder, port: null });
  assert.equal((await fetch(server.url + "/healthz")).status, 200);
  await server.stop();
  assert.notEqual(server.port, 3000);
  const warning = server.output.find((line) => line.includes("THREDS"));
  assert.match(warning, /"level":"warning".*DUPLEX_THREDS in \.env, line 3 means nothing to Duplex; did you mean DUPLEX_THREADS\?/);
});

test("a wrong value is one line: what it is, where it came from, what it must be", async () => {
  await dotenv('\n\nDUPLEX_LOG_LEVEL="loud\nquiet"\n');
  refused(await duplex(["serve"]),
    `--log-level is "loud\\nquiet" (from DUPLEX_LOG_LEVEL in .env, line 3); it must be debug, info, warning or error`);
  await dotenv("PORT=70000\n");
  for (const verb of [["serve"], ["config", "check"], ["config", "print"]])
    refused(await duplex(verb), `--port is "70000" (from PORT in .env, line 1); it must be a whole number from 0 to 65535`);
  refused(await duplex(["serve"], { PORT: "many" }), `--port is "many" (from PORT in the environment); it must be a whole number from 0 to 65535`);
  refused(await duplex(["serve", "--port", "1.5"]), `--port is "1.5"; it must be a whole number from 0 to 65535`);
  refused(await duplex(["serve", "--port"]), `--port needs a value: a whole number from 0 to 65535`);
  refused(await duplex(["serve", "--port=1", "--port=2"]), `--port is given more than once; give it once`);
  await dotenv("DUPLEX_CERT=/nonexistent/cert.pem\n");
  refused(await duplex(["config", "check"]), `--cert is "/nonexistent/cert.pem" (from DUPLEX_CERT in .env, line 1); it must be an existing file`);
  await dotenv("DUPLEX_CERT=.env\n");
  refused(await duplex(["config", "check"]), `--cert (from DUPLEX_CERT in .env, line 1) requires --key; see \`duplex config check --help\``);
  await dotenv("");
  refused(await duplex(["serve", "--prot", "1"]), `--prot is not an option; did you mean --port?`);
  refused(await duplex(["sevre"]), `there is no verb "sevre"; see \`duplex --help\``);
});

test("a wrong value stops neither other verbs nor --help", async () => {
  assert.equal((await duplex(["version"], { PORT: "many" })).code, 0);
  const help = await duplex(["serve", "--help"], { PORT: "many" });
  assert.equal(help.code, 0, help.stderr);
  assert.match(help.stdout, /--port.*\(Env:PORT\)/s);
});

test("config check tries what serve would do, but for the port", async () => {
  const good = await duplex(["config", "check"]);
  assert.deepEqual([good.code, good.stdout, good.stderr], [0, "the configuration is good\n", ""]);
  const server = await start("duplex", ["serve"]);
  assert.equal((await duplex(["config", "check", "--port", String(server.port)])).code, 0);  // so a unit can check before it restarts
  await server.stop();
  await dotenv("no certificate");
  refused(await duplex(["config", "check", "--cert", ".env", "--key", ".env"]), `".env" is not a certificate in PEM format: no start line`);
  refused(await duplex(["config", "check", "--host", "nowhere"]),
    `cannot listen on "nowhere": give an IPv4 or IPv6 address, "localhost", or "unix:/path"`);
});

test("an unknown DUPLEX_ variable is named with its nearest neighbour", async () => {
  const warnings = async (name) => {
    const { code, stderr } = await duplex(["config", "check"], { [name]: "1" });
    assert.equal(code, 0, stderr);
    return stderr;
  };
  const near = (name, right) => `duplex: warning: ${name} in the environment means nothing to Duplex; did you mean ${right}?\n`;
  for (const [name, right] of [["DUPLEX_THREAD", "DUPLEX_THREADS"], ["DUPLEX_THRAEDS", "DUPLEX_THREADS"], ["DUPLEX_LOGLEVEL", "DUPLEX_LOG_LEVEL"],
    ["DUPLEX_threads", "DUPLEX_THREADS"], ["DUPLEX_PORT", "PORT"], ["DUPLEX_WEBB", "DUPLEX_WEB"]])
    assert.equal(await warnings(name), near(name, right));
  assert.equal(await warnings("DUPLEX_SOMETHING_ELSE"),
    "duplex: warning: DUPLEX_SOMETHING_ELSE in the environment means nothing to Duplex; `duplex config print` shows what does\n");
  assert.equal(await warnings("DUPLEXTHREADS"), "");
});

test("config print masks secrets and escapes what would disturb a terminal", async () => {
  await dotenv("-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----");  // a file, so that it is no wrong value
  await dotenv("\u001b[2J", "a\u001b[2Jb");
  const values = await printed(["--key=-----BEGIN PRIVATE KEY-----", "--cert", "a\u001b[2Jb"]);
  assert.deepEqual(values["--key"], ["DUPLEX_KEY", "********", "--key"]);
  assert.deepEqual(values["--cert"], ["DUPLEX_CERT", "a\\x1b[2Jb", "--cert"]);
});

test("a .env file of bytes without sense is read like any other", async () => {
  await writeFile(join(folder, ".env"), Buffer.from("ff00fe0a504f52543d313030310aff3d", "hex"));
  assert.deepEqual((await printed())["--port"], ["PORT", "1001", "PORT in .env, line 2"]);
});

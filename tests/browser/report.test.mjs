// SPDX-License-Identifier: MIT
// The page of `duplex bench --report` in a real browser: it holds the figures of the run, and loads nothing.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { run } from "../interop/support/run.mjs";
import { program, start } from "../interop/support/server.mjs";
import { launch } from "./support/browser.mjs";

const root = new URL("../..", import.meta.url).pathname;
let browser, server, folder;
before(async () => {
  [browser, server, folder] = await Promise.all([launch(), start("duplex-conformance", ["--suite", "bench"]), mkdtemp(join(tmpdir(), "duplex-report-"))]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true });
});

/** The page, drawn; it may ask for nothing but itself. */
async function open(file, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const asked = [], wrong = [];
  page.on("request", (request) => { if (!request.url().startsWith("data:")) asked.push(request.url()); });
  page.on("pageerror", (error) => wrong.push(error));
  await page.goto(pathToFileURL(file).href);
  await page.locator("h1").waitFor();
  assert.deepEqual(wrong, []);
  assert.deepEqual(asked, [pathToFileURL(file).href]);
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  assert.ok(!tooWide, "it scrolls sideways");
  return page;
}

const grouped = (value) => Math.round(value).toLocaleString("en");

const bench = (name, ...args) => benchOn(server, name, ...args);

async function benchOn(loaded, name, ...args) {
  const file = join(folder, name);
  const { code, stdout, stderr } = await run(program("duplex"), ["bench", loaded.ws("/"), "--warmup", "0", "--server-pid", String(loaded.pid),
    "--json", "--report", file, ...args]);
  assert.equal(code, 0, stderr);
  return { file, found: JSON.parse(stdout) };
}

for (const [name, options] of [["light", { colorScheme: "light" }], ["dark, on a phone", { colorScheme: "dark", viewport: { width: 360, height: 720 } }]]) {
  test(`a run as a page holds its figures: ${name}`, async () => {
    const { file, found } = await bench(`${name}.html`, "--connections", "7", "--duration", "2.3");
    const page = await open(file, options);
    await page.locator("figure svg .bar").first().waitFor();
    const text = await page.locator("main").innerText();
    for (const figure of [grouped(found.per_second), grouped(found.messages), "7 connections", found.machine.kernel, "--connections 7 --duration 2.3"])
      assert.ok(text.includes(figure), `${figure} is not in it:\n${text}`);
    const rows = await page.locator("section", { hasText: "Latency" }).first().locator("tbody tr").allInnerTexts();
    assert.deepEqual(rows.map((row) => row.split(/\s/)[0]), ["least", "mean", "p50", "p90", "p99", "p99.9", "most"]);
    const micro = (ns) => ns / 1e3, [, value, unit] = rows[2].match(/([\d.,]+)\s(\S+)$/);
    const scale = { ns: 1e-3, µs: 1, ms: 1e3, s: 1e6 }[unit];
    assert.ok(Math.abs(Number(value.replaceAll(",", "")) * scale / micro(found.latency_ns.p50) - 1) < 0.01, rows[2]);
    await page.locator("summary").click();
    const rates = await page.locator("details tbody tr").allInnerTexts();
    assert.deepEqual(rates.map((row) => row.split(/\s+/)[1]), found.rates.map(grouped));
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor === "rgb(15, 19, 23)"), options.colorScheme === "dark");
    await page.context().close();
  });
}

test("idle connections and handshakes have pages, too", async () => {
  const idle = await bench("idle.html", "--mode", "idle", "--connections", "20", "--hold", "0.2");
  let page = await open(idle.file);
  assert.match(await page.locator(".tiles").innerText(), /Still open\s+20\s+of 20/);
  await page.context().close();
  const handshakes = await bench("handshake.html", "--mode", "handshake", "--connections", "5", "--duration", "0.5");
  page = await open(handshakes.file);
  assert.ok((await page.locator(".tiles").innerText()).includes(grouped(handshakes.found.per_second)));
  await page.context().close();
});

test("transport, publishers and generator processes are told, on a phone too", async () => {
  const room = await start("duplex-conformance", ["--suite", "bench", "--mode", "broadcast"]);
  const { file, found } = await benchOn(room, "crew.html", "--socket-io", "--transport", "polling", "--mode", "broadcast", "--publishers", "4",
    "--connections", "8", "--processes", "2", "--duration", "0.5").finally(() => room.stop());
  const page = await open(file, { viewport: { width: 360, height: 720 } });
  const text = await page.locator("main").innerText();
  assert.match(text, /Broadcast: 8 connections from 2 processes, .*, 4 publishers, Socket\.IO over long-polling/);
  assert.match(text, /Generators\s+4 connections, \d+ % of its thread; 4 connections, \d+ % of its thread/);
  assert.equal(found.generator.processes.length, 2);
  await page.context().close();
});

test("markup in a URL stays text", async () => {
  const { code, stderr } = await run(program("duplex"), ["bench", server.ws("/</script><b>bold</b>"), "--warmup", "0", "--duration", "0.1",
    "--report", join(folder, "markup.html")]);
  if (code !== 0) assert.match(stderr, /URL|answered|400/);  // refused or not: the page is written
  const page = await open(join(folder, "markup.html"));
  assert.equal(await page.locator("main b").count(), 0);
  assert.ok((await page.locator("header").innerText()).includes("</script><b>bold</b>"));
  await page.context().close();
});

test("a file that cannot be written is said before anything is measured", async () => {
  const { code, stderr, seconds } = await run(program("duplex"), ["bench", server.ws("/"), "--duration", "10", "--report", join(folder, "none", "x.html")]);
  assert.equal(code, 1);
  assert.match(stderr, /^duplex: cannot write .*x\.html: No such file or directory\n$/);
  assert.ok(seconds < 5);
});

test("the kept results of the comparison as a page: every scenario, every ratio", async () => {
  const file = join(folder, "compare.html");
  const results = join(root, "bench/results/compare.txt");
  const made = spawnSync("python3", [join(root, "bench/compare"), "--from", results, "--report", file], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const page = await open(file, { viewport: { width: 390, height: 800 } });
  const turns = (await readFile(results, "utf8")).split("Every turn:\n")[1].split("\n\n")[0].trim().split("\n");
  const scenarios = [...new Set(turns.map((line) => line.trim().split(", ")[0]))];
  const titles = await page.locator("h2").allInnerTexts();
  for (const scenario of scenarios) assert.ok(titles.includes(scenario), scenario);
  assert.equal(await page.locator(".bars tbody tr").count(), turns.length);
  await page.context().close();
});

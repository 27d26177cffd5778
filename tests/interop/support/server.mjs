// SPDX-License-Identifier: MIT
// Starts a program of the build on a port that the kernel picks, and stops it by its pid.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { environment } from "./run.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const bin = process.env.DUPLEX_BIN_DIR ?? join(root, "build/release/bin");
const STARTS_WITHIN = 10_000;
const STOPS_WITHIN = 35_000;  // a drain may take 30 s

/** The path of a built program: "duplex" or "duplex-conformance". */
export const program = (name) => join(bin, name);

/** A promise that fails with `what` when it takes longer than `ms`. */
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A running server: its url ("http://127.0.0.1:4711"), port, pid and what it printed so far. */
export class RunningServer {
  #closed;

  constructor(child, url, output) {
    this.child = child;
    this.#closed = once(child, "close");  // after "exit", and after the last line of its output
    this.url = url;
    this.port = Number(new URL(url).port);
    this.output = output;
  }

  get pid() {
    return this.child.pid;
  }

  /** "ws://127.0.0.1:4711/echo" */
  ws(path = "/") {
    return this.url.replace(/^http/, "ws") + path;
  }

  signal(name) {
    this.child.kill(name);
  }

  /** Waits for its end: {code, signal}. */
  async ended() {
    await within(STOPS_WITHIN, `the end of ${this.child.spawnfile}`, this.#closed);
    return { code: this.child.exitCode, signal: this.child.signalCode };
  }

  /** Ends it the polite way; what does not end is killed and the test fails. */
  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.ended();
    this.child.kill("SIGTERM");
    try {
      return await this.ended();
    } catch (error) {
      this.child.kill("SIGKILL");
      throw error;
    }
  }

  /** As a power cut would. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended();
  }
}

/** Starts `name` with `args`, on port 0 unless another is given (null: none by flag), and waits until it listens. `under` is a command that
    becomes the program which it is given. */
export async function start(name, args, { port = 0, env = {}, cwd, under = [] } = {}) {
  // The same tests run again on several loops: see tests/CMakeLists.txt.
  const backend = process.env.DUPLEX_TEST_BACKEND ? { DUPLEX_BACKEND: process.env.DUPLEX_TEST_BACKEND } : {};
  const threads = process.env.DUPLEX_TEST_THREADS ? ["--threads", process.env.DUPLEX_TEST_THREADS] : [];
  const where = port === null ? [] : ["--port", String(port)];
  const [command, ...words] = [...under, program(name), ...args, ...threads, ...where];
  const child = spawn(command, words, {
    stdio: ["ignore", "pipe", "pipe"], env: { ...environment(), ...backend, ...env }, cwd,
  });
  const output = [];
  let told;
  const listening = new Promise((resolve, reject) => {
    told = resolve;
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`${name} ended (${code ?? signal}) before it listened:\n${output.join("\n")}`)));
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      output.push(line);
      const heard = /listening on (?:(https?):\/\/)?([^\s"/]+:\d+)/.exec(line);
      if (heard) told(`${heard[1] ?? (args.includes("--tls") ? "https" : "http")}://${heard[2]}`);
    });
  }
  // Whatever happens to the test, nothing is left running.
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  child.once("exit", () => process.off("exit", killAtExit));
  try {
    return new RunningServer(child, await within(STARTS_WITHIN, `${name} ${args.join(" ")} listening`, listening), output);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

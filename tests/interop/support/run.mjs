// SPDX-License-Identifier: MIT
// Runs a program to its end: {code, stdout, stderr, seconds}.
import { spawn } from "node:child_process";

/** What a program may see of this one's environment: all but what it would take for its configuration. */
export const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PORT|HOST|DUPLEX_.*)$/.test(name)));

export function run(command, args, { input = "", within = 20_000, env = {}, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...environment(), ...env }, cwd });
    const began = Date.now();
    let stdout = "", stderr = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), within);
    child.stdout.on("data", (data) => (stdout += data));
    child.stderr.on("data", (data) => (stderr += data));
    child.stdin.on("error", () => {});  // it may end without reading
    child.once("error", (error) => { clearTimeout(timer); reject(error); });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (signal === "SIGKILL") reject(new Error(`${command} ${args.join(" ")}: not within ${within} ms\n${stdout}${stderr}`));
      else resolve({ code, stdout, stderr, seconds: (Date.now() - began) / 1000 });
    });
    child.stdin.end(input);
  });
}

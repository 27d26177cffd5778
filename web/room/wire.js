// SPDX-License-Identifier: MIT
// The "wire" panel: the round trip as a line, and what went each way.
import { $ } from "../shared/dom.js";

const KEPT = 40;

export class Wire {
  #latencies = [];
  #sent = 0;
  #received = 0;

  latency(ms) {
    this.#latencies = [...this.#latencies, ms].slice(-KEPT);
    const text = ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
    $("latency").textContent = text;
    const most = Math.max(2, ...this.#latencies);
    const points = this.#latencies.map((value, i) => `${(100 - (this.#latencies.length - 1 - i) * (100 / (KEPT - 1))).toFixed(2)},${(30 - (value / most) * 26).toFixed(2)}`);
    $("latency-line").setAttribute("points", points.join(" "));
    return text;
  }

  traffic(direction) {
    if (direction === "sent") $("sent").textContent = (++this.#sent).toLocaleString();
    else $("received").textContent = (++this.#received).toLocaleString();
  }

  /** After a reconnect the old round trips say nothing. */
  forget() {
    this.#latencies = [];
    $("latency").textContent = "–";
    $("latency-line").setAttribute("points", "");
  }
}

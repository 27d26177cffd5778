// SPDX-License-Identifier: MIT
// The echo test: keeps 64 messages under way to /echo, checks that every message comes back unchanged and in order, and
// says how long the round trips took. Sending and receiving overlap: that is what full-duplex means.
import { $ } from "../shared/dom.js";

// Under way at most, so that the round trip is the wire's and not that of our own queue.
const MESSAGES_UNDER_WAY = 64;
const BYTES_UNDER_WAY = 4 << 20;

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

async function run({ count, size, onProgress, signal }) {
  const url = new URL("/echo", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const stop = () => socket.close(1000);
  signal.addEventListener("abort", stop);

  try {
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("No connection to /echo"));
    });
    const payload = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(payload.subarray(at, at + 65536));
    const view = new DataView(payload.buffer);
    const rest = payload.slice(4);
    const sentAt = [], roundTrips = [];
    const began = performance.now();

    await new Promise((resolve, reject) => {
      const fill = () => {
        const window = Math.max(1, Math.min(MESSAGES_UNDER_WAY, BYTES_UNDER_WAY / size));
        while (sentAt.length < Math.min(count, roundTrips.length + window)) {
          view.setUint32(0, sentAt.length);
          sentAt.push(performance.now());
          socket.send(payload);
        }
      };
      socket.onmessage = ({ data }) => {
        const bytes = new Uint8Array(data);
        const number = roundTrips.length;
        if (bytes.length !== size || new DataView(data).getUint32(0) !== number) return reject(new Error(`Message ${number} came back wrong`));
        for (let i = 0; i < rest.length; i += 997) {
          if (bytes[i + 4] !== rest[i]) return reject(new Error(`Message ${number} came back changed`));
        }
        roundTrips.push(performance.now() - sentAt[number]);
        onProgress(sentAt.length, roundTrips.length);
        if (roundTrips.length === count) resolve();
        else fill();
      };
      socket.onclose = ({ code }) => reject(new Error(signal.aborted ? "Stopped" : `The connection closed (${code})`));
      fill();
    });
    const seconds = (performance.now() - began) / 1000;
    const sorted = roundTrips.sort((a, b) => a - b);
    return { perSecond: count / seconds, bytesPerSecond: (2 * count * size) / seconds, median: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
  } finally {
    signal.removeEventListener("abort", stop);
    socket.onclose = null;
    socket.close(1000);
  }
}

const ms = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;

export function echoDialog() {
  const dialog = $("echo");
  const form = $("echo-form");
  const button = form.querySelector("button");
  let stopper = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (stopper) return stopper.abort();
    const [count, size] = form.elements.load.value.split("x").map(Number);
    stopper = new AbortController();
    button.textContent = "Stop";
    $("echo-result").hidden = true;
    let frame = 0;
    const onProgress = (sent, back) => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        $("echo-sent").value = sent / count;
        $("echo-back").value = back / count;
      });
    };
    onProgress(0, 0);
    try {
      const result = await run({ count, size, onProgress, signal: stopper.signal });
      $("echo-rate").textContent = `${Math.round(result.perSecond).toLocaleString()}/s`;
      $("echo-bytes").textContent = `${(result.bytesPerSecond / (1 << 20)).toFixed(result.bytesPerSecond < 10 << 20 ? 1 : 0)} MiB/s`;
      $("echo-median").textContent = ms(result.median);
      $("echo-p99").textContent = ms(result.p99);
      $("echo-result").hidden = false;
      $("echo-say").textContent = `${count.toLocaleString()} messages came back unchanged and in order.`;
    } catch (error) {
      $("echo-say").textContent = `${error.message}.`;
    } finally {
      stopper = null;
      button.textContent = "Run";
    }
  });
  const show = () => location.hash === "#echo" ? dialog.open || dialog.showModal() : dialog.close();
  dialog.addEventListener("close", () => {
    stopper?.abort();
    if (location.hash === "#echo") history.replaceState(null, "", location.pathname + location.search);
  });
  addEventListener("hashchange", show);
  show();
}

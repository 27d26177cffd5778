// SPDX-License-Identifier: MIT
// One WebSocket that comes back: says what state it is in, measures the round trip, notices a peer that fell silent.
import { backoff } from "../shared/backoff.js";

const PING_MS = 2000;
const SILENT_MS = 8000;  // no answer to a ping for this long: the connection is gone, whatever the browser thinks

export class Connection extends EventTarget {
  state = "connecting";
  #url;
  #socket = null;
  #backoff = backoff();
  #timers = [];
  #pinged = 0;
  #ended = false;

  /** Events: "state" {state, retryAt}, "message" {value}, "latency" {ms}, "traffic" {direction, bytes}. */
  constructor(url) {
    super();
    this.#url = url;
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#hurry);
    this.#open();
  }

  /** False when there is no connection to send on. */
  send(value) {
    if (this.state !== "online") return false;
    const text = JSON.stringify(value);
    this.#socket.send(text);
    this.#tell("traffic", { direction: "sent", bytes: text.length });
    return true;
  }

  /** Gives up waiting and tries now. */
  retry() {
    if (this.state === "offline") this.#open();
  }

  close() {
    this.#ended = true;
    removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#stopTimers();
    this.#socket?.close(1000);
  }

  #open() {
    this.#stopTimers();
    this.#set("connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#backoff.reset();
      this.#pinged = 0;
      this.#set("online");
      this.#timers.push(setInterval(() => this.#ping(), PING_MS));
      this.#ping();
    };
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code, reason }) => this.#lost(socket, code, reason);
  }

  #received(data) {
    this.#tell("traffic", { direction: "received", bytes: data.length });
    let value;
    try {
      value = JSON.parse(data);
    } catch {
      return;  // not ours: a room speaks JSON
    }
    if (value.type === "pong") {
      this.#pinged = 0;
      this.#tell("latency", { ms: performance.now() - value.at });
    } else {
      this.#tell("message", { value });
    }
  }

  #ping() {
    const now = performance.now();
    if (this.#pinged && now - this.#pinged > SILENT_MS) {
      const socket = this.#socket;
      socket.close();
      this.#lost(socket, 1006, "no answer");  // a dead peer will not finish the closing handshake
    } else if (!this.#pinged) {
      this.#pinged = now;
      this.send({ type: "ping", at: now });
    }
  }

  #lost(socket, code, reason) {
    if (this.#ended || socket !== this.#socket) return;
    this.#socket = null;
    this.#stopTimers();
    const wait = this.#backoff.next();
    this.#timers.push(setTimeout(() => this.#open(), wait));
    this.#set("offline", { code, reason, retryAt: Date.now() + wait });
  }

  // The network is back, or somebody looks at the page again: no reason to wait out the delay.
  #hurry = () => {
    if (this.state === "offline" && document.visibilityState === "visible") this.retry();
  };

  #stopTimers() {
    for (const timer of this.#timers) clearTimeout(timer);  // clears intervals too
    this.#timers = [];
  }

  #set(state, detail = {}) {
    this.state = state;
    this.#tell("state", { state, ...detail });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

// SPDX-License-Identifier: MIT
// npm `socket.io-client` in the chat of `duplex serve`: what it says, hears, and who is there.
import { after } from "node:test";
import { io } from "socket.io-client";
import { within } from "./server.mjs";

const DEADLINE = 15_000;
const chatters = new Set();
after(() => { for (const chatter of chatters) chatter.socket.disconnect(); });

export class Chatter {
  heard = [];     // messages of others
  changes = [];   // "+ada", "-ada"
  #waiting = new Set();

  constructor(url, options = {}) {
    this.socket = io(url, { forceNew: true, transports: ["websocket"], reconnectionDelay: 50, reconnectionDelayMax: 200, ...options });
    chatters.add(this);
    this.socket.on("said", (message) => this.#note(this.heard, message));
    this.socket.on("joined", (room, { name }) => this.#note(this.changes, `+${name}`));
    this.socket.on("left", (room, { name }) => this.#note(this.changes, `-${name}`));
  }

  #note(list, what) {
    list.push(what);
    for (const look of this.#waiting) look();
  }

  /** Resolves when `condition()` holds; looked at whenever something arrives. */
  until(what, condition) {
    return within(DEADLINE, what, new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    }));
  }

  /** The client's own "connect" or "disconnect". */
  fires(event) {
    return within(DEADLINE, event, new Promise((resolve) => this.socket.once(event, resolve)));
  }

  async connected() {
    if (!this.socket.connected) await this.fires("connect");
    return this;
  }

  call(event, ...values) {
    return this.socket.timeout(DEADLINE).emitWithAck(event, ...values);
  }
  join(room, name, returning = {}) {
    return this.call("join", room, name, returning);
  }
  say(room, text, key) {
    return key === undefined ? this.call("say", room, text) : this.call("say", room, text, key);
  }

  /** The connection breaks, without a goodbye. */
  break() {
    this.socket.io.engine.close();
  }
  close() {
    this.socket.disconnect();
  }
}

export async function chatter(url, options) {
  return new Chatter(url, options).connected();
}

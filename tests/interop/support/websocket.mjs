// SPDX-License-Identifier: MIT
// npm `ws` as a test wants it: messages come as promises, and everything has a deadline.
import WebSocket from "ws";
import { within } from "./server.mjs";

const DEADLINE = 10_000;

export class Peer {
  #messages = [];
  #waiting = [];

  constructor(url, protocols, options) {
    this.ws = new WebSocket(url, protocols, { maxPayload: 80 << 20, ...options });
    this.opened = new Promise((resolve, reject) => {
      this.ws.once("open", () => resolve(this));
      this.ws.once("error", reject);
      this.ws.once("unexpected-response", (_, response) => reject(Object.assign(new Error(`refused with ${response.statusCode}`), { response })));
    });
    this.opened.catch(() => {});
    this.ws.on("error", () => {});
    this.closed = new Promise((resolve) => this.ws.once("close", (code, reason) => resolve({ code, reason: reason.toString() })));
    this.ws.on("message", (data, binary) => {
      const message = binary ? data : data.toString();
      if (this.#waiting.length > 0) this.#waiting.shift()(message);
      else this.#messages.push(message);
    });
  }

  /** The next message: a string if it came as text, a Buffer if as binary. */
  next() {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    return within(DEADLINE, "the next message", new Promise((resolve) => this.#waiting.push(resolve)));
  }

  async nextJson() {
    return JSON.parse(await this.next());
  }

  send(data, options) {
    this.ws.send(data, options ?? {});
  }

  sendJson(value) {
    this.ws.send(JSON.stringify(value));
  }

  /** {code, reason} as the close event gave them. */
  end() {
    return within(DEADLINE, "the close", this.closed);
  }

  close(code, reason) {
    this.ws.close(code, reason);
    return this.end();
  }

  /** Bytes past the library, for what it would never send itself. */
  raw(bytes) {
    this.ws._socket.write(bytes);
  }
}

export function connect(url, { protocols = [], ...options } = {}) {
  return within(DEADLINE, `a connection to ${url}`, new Peer(url, protocols, options).opened);
}

/** How the server refused: its status. */
export async function refusal(url, options = {}) {
  try {
    const peer = await connect(url, options);
    peer.ws.terminate();
  } catch (error) {
    if (error.response) return error.response;
    throw error;
  }
  throw new Error("the server accepted");
}

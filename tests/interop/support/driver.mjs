// SPDX-License-Identifier: MIT
// npm `socket.io-client` in the /driver namespace of `duplex-conformance --suite driver`, where a test drives the server.
import { after } from "node:test";
import * as parser from "./parser.mjs";
import { within } from "./server.mjs";

const DEADLINE = 10_000;

// The same tests run again with clients of Socket.IO 2: see CMakeLists.txt.
export const isOld = process.env.DUPLEX_TEST_CLIENT === "2";
export const { io } = await import(isOld ? "./socket_io_2.mjs" : "socket.io-client");
export const suite = ["--suite", "driver", ...(isOld ? ["--allow-eio3"] : []), ...parser.flags];

// A client that is still there when the server has gone would try again for ever, and the file never end.
const drivers = new Set();
after(() => { for (const driver of drivers) driver.socket.disconnect(); });

export class Driver {
  #events = [];
  #waiting = [];
  all = [];  // every event but hello, as [name, ...arguments]

  constructor(url, options) {
    this.socket = io(`${url}/driver`, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 200, ...parser.options, ...options });
    drivers.add(this);
    this.hellos = [];
    this.socket.onAny((name, ...values) => {
      if (name === "hello") {
        this.hellos.push(values[0]);
        return;
      }
      // With recovery on, a server appends the position to what it sends, and the client hands it to the handler: so no
      // test sends an event that ends in a string of its own, and what is left here is what was sent.
      if (typeof values.at(-1) === "string") values.pop();
      this.all.push([name, ...values]);
      if (this.#waiting.length > 0) this.#waiting.shift()([name, ...values]);
      else this.#events.push([name, ...values]);
    });
  }

  get id() {
    return this.socket.id;
  }

  get transport() {
    return this.socket.io.engine.transport.name;
  }

  /** One call of the driver, to its answer. */
  call(name, ...values) {
    return this.socket.timeout(DEADLINE).emitWithAck(name, ...values);
  }

  /** The next event that is not `hello`: [name, ...arguments]. */
  next() {
    if (this.#events.length > 0) return Promise.resolve(this.#events.shift());
    return within(DEADLINE, "the next event", new Promise((resolve) => this.#waiting.push(resolve)));
  }

  /** The next time the client's own `event` fires ("disconnect", "connect", "connect_error"). */
  fires(event) {
    return within(DEADLINE, event, new Promise((resolve) => this.socket.once(event, (...values) => resolve(values))));
  }

  upgraded() {
    if (this.transport === "websocket") return Promise.resolve();
    return within(DEADLINE, "the upgrade", new Promise((resolve) => this.socket.io.engine.once("upgrade", resolve)));
  }

  /** Everything that was sent to us before this has arrived when it resolves. */
  async settled() {
    await this.call("rooms");
  }

  /** The connection breaks on this side: the engine's socket is closed under the client, which then comes back. */
  break() {
    this.socket.io.engine.close();
  }

  close() {
    this.socket.disconnect();
  }
}

/** A driver that has connected and was greeted. `url` is a server's or a proxy's. */
export async function drive(url, options = {}) {
  const driver = new Driver(url, options);
  await within(DEADLINE, "connect", new Promise((resolve, reject) => {
    driver.socket.once("connect", resolve);
    driver.socket.once("connect_error", reject);
  }));
  // Whoever is cut off at once, because its session was taken over, is not greeted any more: its successor is.
  const greeted = new Promise((resolve) => ["hello", "disconnect"].forEach((event) => driver.socket.once(event, resolve)));
  if (driver.hellos.length === 0 && driver.socket.connected) await within(DEADLINE, "hello", greeted);
  return driver;
}

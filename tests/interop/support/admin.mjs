// SPDX-License-Identifier: MIT
// npm `socket.io-client` in an admin namespace, as the admin page is; and npm `socket.io` with `@socket.io/admin-ui`, as Node
// serves one, beside the handlers of the suite driver that the tests of it need.
import { after } from "node:test";
import { once } from "node:events";
import http from "node:http";
import { createRequire } from "node:module";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { within } from "./server.mjs";

const { instrument } = createRequire(import.meta.url)("@socket.io/admin-ui");
const DEADLINE = 10_000;

export const PASSWORD = "correct horse";
// `duplex hash-password --cost 4` of it: a test need not wait for bcrypt.
export const HASH = "$2b$04$JZiC1g0hB9Cs./KPQQqcju.4uXMwKCeCCqFmpPPVQwwZIMy4OGxn6";

const pages = new Set();
after(() => { for (const page of pages) page.socket.disconnect(); });

export class AdminPage {
  events = [];  // [name, ...arguments], in the order of arrival
  #waiting = new Set();

  constructor(url, auth, options = {}) {
    this.socket = io(`${url}/admin`, { forceNew: true, reconnection: false, auth, ...options });
    pages.add(this);
    this.socket.onAny((...event) => {
      this.events.push(event);
      for (const look of this.#waiting) look();
    });
  }

  connected() {
    return within(DEADLINE, "connect", new Promise((resolve, reject) => {
      this.socket.once("connect", resolve);
      this.socket.once("connect_error", reject);
    }));
  }

  /** The first event of that name, not looked at before, whose arguments fit; it is taken out of `events`. */
  next(name, fits = () => true) {
    let look;
    const found = new Promise((resolve) => {
      look = () => {
        const i = this.events.findIndex(([got, ...rest]) => got === name && fits(...rest));
        if (i < 0) return;
        this.#waiting.delete(look);
        resolve(this.events.splice(i, 1)[0].slice(1));
      };
      this.#waiting.add(look);
      look();
    });
    return within(DEADLINE, name, found).catch((error) => {
      throw new Error(`${error.message}; there came ${JSON.stringify(this.events).slice(0, 2000)}`);
    });
  }

  emit(...event) {
    this.socket.emit(...event);
  }

  close() {
    this.socket.disconnect();
    pages.delete(this);
  }
}

export async function openAdmin(url, auth, options) {
  const page = new AdminPage(url, auth, options);
  await page.connected();
  return page;
}

/** Node's server: {url, stop()}. */
export async function startNode({ mode, hash, readonly = false }) {
  const server = http.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const io = new Server(server);
  const driver = io.of("/driver");
  driver.on("connection", (socket) => {
    socket.emit("hello", { id: socket.id, recovered: false });
    socket.on("join", async (rooms, ack) => { await socket.join(rooms); ack(); });
    socket.on("leave", (room, ack) => { socket.leave(room); ack(); });
    socket.on("rooms", (ack) => ack([...socket.rooms]));
    socket.on("setData", (value, ack) => { Object.assign(socket.data, value); ack(); });
    socket.on("emit", (target, event, ...values) => {
      const ack = values.pop();
      (target.to ? driver.to(target.to) : driver).emit(event, ...values);
      ack();
    });
    socket.on("disconnectMe", (close) => socket.disconnect(close));
  });
  instrument(io, { mode, readonly, auth: hash ? { type: "basic", username: "admin", password: hash } : false });
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((resolve) => io.close(() => resolve())) };
}

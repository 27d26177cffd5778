// SPDX-License-Identifier: MIT
// A TCP proxy that misbehaves on demand, between an unmodified client and the server under test.
import { once } from "node:events";
import { connect, createServer } from "node:net";

/** One proxied connection; `up` is client to server, `down` server to client. */
class Link {
  #proxy;
  #client;
  #server;
  #held = { up: [], down: [] };
  #seen = { up: 0, down: 0 };
  #late = { up: [], down: [] };  // what waits for its delay to pass, in order: bytes, or the end of them

  constructor(proxy, client) {
    this.#proxy = proxy;
    this.#client = client;
    this.#server = connect(proxy.target, "127.0.0.1");
    for (const socket of [this.#client, this.#server]) {
      socket.setNoDelay(true);
      socket.on("error", () => this.destroy());
    }
    this.#client.on("data", (data) => this.#arrived("up", data));
    this.#server.on("data", (data) => this.#arrived("down", data));
    this.#client.on("end", () => this.#ended("up"));
    this.#server.on("end", () => this.#ended("down"));
    this.#client.on("close", () => this.#closed("up"));
    this.#server.on("close", () => this.#closed("down"));
  }

  stalled = new Set();  // directions in which nothing passes any more; what comes is held
  black = false;        // as if the cable were cut: neither bytes nor the end of them pass

  #to(direction) {
    return direction === "up" ? this.#server : this.#client;
  }

  #arrived(direction, data) {
    if (this.black) return;
    if (this.stalled.has(direction)) {
      this.#held[direction].push(data);
      return;
    }
    const pass = () => {
      if (this.black) return;
      const left = this.#proxy.cutAfter[direction] - this.#seen[direction];
      this.#seen[direction] += data.length;
      this.#to(direction).write(data.length > left ? data.subarray(0, Math.max(0, left)) : data);
      if (data.length >= left) this.destroy();
    };
    this.#later(direction, pass);
  }

  /** Runs what there is to do after the delay. Delays may differ; what goes in one direction stays in order all the same. */
  #later(direction, act) {
    const late = this.#late[direction];
    const delay = this.#proxy.delay + this.#proxy.jitter();
    if (delay === 0 && late.length === 0) return act();
    late.push(act);
    setTimeout(() => late.shift()(), delay);
  }

  #ended(direction) {
    if (this.black || this.stalled.has(direction)) return;
    this.#later(direction, () => this.#to(direction).end());
  }

  /** The side that sends in this direction has gone: the other one follows when it has got everything. */
  #closed(direction) {
    if (this.black) return;  // the other side must not hear of it
    if (this.#client.destroyed && this.#server.destroyed) this.#proxy.links.delete(this);
    else if (this.stalled.size === 0) this.#later(direction, () => setTimeout(() => this.destroy(), 10));
  }

  release() {
    this.stalled.clear();
    for (const direction of ["up", "down"]) for (const data of this.#held[direction].splice(0)) this.#arrived(direction, data);
  }

  reset() {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
    this.#proxy.links.delete(this);
  }

  destroy() {
    this.#client.destroy();
    this.#server.destroy();
    this.#proxy.links.delete(this);
  }
}

let leaves = false;
/** Node 20 may wait for ever, at its end, for the handle of a socket that was reset (resetAndDestroy): it leaves without clearing up. */
function leaveWithoutClearingUp() {
  if (!leaves) process.on("exit", () => process.exit());  // the exit code is set by then: node:test listens first
  leaves = true;
}

export class ChaosProxy {
  links = new Set();
  delay = 0;                                     // ms, each way
  jitter = () => 0;                              // ms more, asked for each piece
  cutAfter = { up: Infinity, down: Infinity };   // bytes of each connection
  refusing = false;
  #listener;

  /** `port` is the server's. */
  static async to(port) {
    leaveWithoutClearingUp();
    const proxy = new ChaosProxy();
    proxy.target = port;
    proxy.#listener = createServer({ allowHalfOpen: true }, (client) => {
      if (proxy.refusing) client.resetAndDestroy();
      else proxy.links.add(new Link(proxy, client));
    }).listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    proxy.url = `http://127.0.0.1:${proxy.#listener.address().port}`;
    return proxy;
  }

  /** Every connection ends with a FIN in both directions. */
  cut() {
    for (const link of [...this.links]) link.destroy();
  }

  /** Every connection ends with a RST in both directions. */
  reset() {
    for (const link of [...this.links]) link.reset();
  }

  /** Holds what goes "up" or "down" on the connections of now, until `release`. */
  stall(...directions) {
    for (const link of this.links) for (const direction of directions) link.stalled.add(direction);
  }

  release() {
    for (const link of this.links) link.release();
  }

  /** The connections of now pass nothing for ever, not even their end; new ones work. */
  blackhole() {
    for (const link of this.links) link.black = true;
  }

  async close() {
    this.#listener.close();
    this.cut();
  }
}

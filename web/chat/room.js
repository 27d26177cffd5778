// SPDX-License-Identifier: MIT
// One room of the Socket.IO chat: what was said, who is here, and what of ours is not yet delivered.
import { People } from "../shared/people.js";
import { Typing } from "../shared/typing.js";

const ACK_MS = 6000;
const KEPT = 300;

// A restarted server counts from the start again, so a message is known by its number and its time.
const key = ({ id, at }) => `${id}/${at}`;

export class Room {
  name;
  unread = 0;
  draft = "";
  items = [];  // {name, text, at, own, state, id?, element?} or {note, tone, element?}, in the order shown
  people;
  typing;
  typingLine = "";
  #socket;
  #me;
  #view;
  #known = new Set();
  #synced = false;

  /** `view` hears what changed: added(room, item), stateChanged(room, item), reordered(room), peopleChanged(room), typingChanged(room). */
  constructor(name, me, socket, view) {
    this.name = name;
    this.#me = me;
    this.#socket = socket;
    this.#view = view;
    this.people = new People(() => view.peopleChanged(this));
    this.typing = new Typing((line) => {
      this.typingLine = line;
      view.typingChanged(this);
    });
  }

  /** Joins, or joins again after an absence: takes over what was said meanwhile and sends what waited. */
  async sync() {
    const answer = await this.#ask("join", this.name, this.#me);
    if (!answer) return;  // disconnected again, or too slow: the next connect tries again
    const missed = this.#merge(answer.messages);
    this.people.set(answer.members);
    if (this.#synced && missed > 0) this.#note(missed === 1 ? "1 message from while you were away" : `${missed} messages from while you were away`);
    this.#synced = true;
    for (const item of this.items) if (item.state === "waiting") this.#deliver(item);
  }

  say(text) {
    const item = { name: this.#me, text, at: Date.now(), own: true, state: "waiting" };
    this.#add(item);
    this.typing.said();
    if (this.#socket.connected && this.#synced) this.#deliver(item);
  }

  again(item) {
    this.#setState(item, "waiting");
    if (this.#socket.connected) this.#deliver(item);
  }

  tellTyping() {
    if (this.#socket.connected && this.#synced && this.typing.shouldTell()) this.#socket.volatile.emit("typing", this.name);
  }

  said(message) {
    this.typing.stopped(message.name);
    if (this.#remember(message)) this.#add({ ...message, own: false, state: "delivered" });
  }

  joined(name) {
    this.people.add(name);
    this.#note(`${name} joined`);
  }

  left(name) {
    this.people.remove(name);
    this.typing.stopped(name);
    this.#note(`${name} left`);
  }

  caughtUp() {
    this.#note("Caught up, nothing lost", "good");
  }

  leave() {
    this.typing.clear();
    this.#socket.emit("leave", this.name);
  }

  async #deliver(item) {
    this.#setState(item, "sending");
    const answer = await this.#ask("say", this.name, item.text);
    if (item.state !== "sending") return;  // history already told that it arrived
    if (answer) {
      this.#remember(answer);
      Object.assign(item, answer);
      this.#setState(item, "delivered");
    } else {
      // Without a connection it waits for the next one, whose history tells whether this arrived.
      this.#setState(item, this.#socket.connected ? "failed" : "waiting");
    }
  }

  // Returns how many messages of others were new to us.
  #merge(messages) {
    let missed = 0, changed = false;
    for (const message of messages) {
      if (!this.#remember(message)) continue;
      changed = true;
      const mine = message.name === this.#me;
      const waiting = mine && this.items.find((item) => item.own && item.text === message.text && item.state !== "delivered");
      if (waiting) {
        Object.assign(waiting, message, { state: "delivered" });
      } else {
        this.items.push({ ...message, own: mine, state: "delivered" });
        missed += mine ? 0 : 1;
      }
    }
    if (changed) {
      this.items.sort((a, b) => a.at - b.at);
      this.#view.reordered(this);
    }
    return this.#synced ? missed : 0;
  }

  #remember(message) {
    const before = this.#known.size;
    this.#known.add(key(message));
    return this.#known.size > before;
  }

  #note(note, tone = "") {
    this.#add({ note, tone, at: Date.now() });
  }

  #add(item) {
    this.items.push(item);
    if (this.items.length > KEPT) this.items.shift();
    this.#view.added(this, item);
  }

  #setState(item, state) {
    item.state = state;
    this.#view.stateChanged(this, item);
  }

  // The answer, or null when none came in time or the connection went.
  async #ask(event, ...values) {
    try {
      return await this.#socket.timeout(ACK_MS).emitWithAck(event, ...values);
    } catch {
      return null;
    }
  }
}

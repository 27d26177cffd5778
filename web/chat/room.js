// SPDX-License-Identifier: MIT
// One room of the Socket.IO chat: what was said, who is here, and what of ours is not yet delivered.
import { Roster } from "./roster.js";
import { Typing } from "../shared/typing.js";

const ACK_MS = 6000;
const KEPT = 300;

// Messages arrive nearly in the order of their ids: what is asked for after an absence overlaps with what we have by so many.
const OVERLAP = 20;

// A server with another history counts from somewhere else, so a message is known by its number and its time.
const mark = ({ id, at }) => `${id}/${at}`;

/** Letters that nobody else draws; crypto.randomUUID is for secure pages only. */
export const randomName = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Room {
  name;
  unread = 0;
  draft = "";
  items = [];  // {name, text, at, own, state, key?, id?, why?, element?} or {note, tone, element?}, in the order shown
  user = "";   // ours, as the server has it
  people;
  typing;
  typingLine = "";
  #socket;
  #me;
  #browser;
  #view;
  #known = new Set();
  #newest = 0;  // id of what others said, or what the server has told us of the past
  #synced = false;

  /** `me` is our name, `browser` what all our tabs have in common. `view` hears what changed: added(room, item), stateChanged(room, item), reordered(room), peopleChanged(room), typingChanged(room). */
  constructor(name, me, browser, socket, view) {
    this.name = name;
    this.#me = me;
    this.#browser = browser;
    this.#socket = socket;
    this.#view = view;
    this.people = new Roster(() => view.peopleChanged(this));
    this.typing = new Typing((line) => {
      this.typingLine = line;
      view.typingChanged(this);
    });
  }

  /** Joins, or joins again after an absence: takes over what was said meanwhile and sends what waited. */
  async sync() {
    const answer = await this.#ask("join", this.name, this.#me, { user: this.#browser, after: Math.max(0, this.#newest - OVERLAP) });
    if (!answer?.people) return;  // disconnected again, or too slow: the next connect tries again
    this.user = answer.user;
    const missed = this.#merge(answer.messages);
    if (answer.error) this.#note(`Earlier messages cannot be shown: ${answer.error}`, "bad");
    this.people.set(answer.version, answer.people);
    if (this.#synced && missed > 0) this.#note(missed === 1 ? "1 message from while you were away" : `${missed} messages from while you were away`);
    this.#synced = true;
    for (const item of this.items) if (item.state === "waiting") this.#deliver(item);
  }

  say(text) {
    const item = { name: this.#me, text, at: Date.now(), own: true, state: "waiting", key: randomName() };
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
    this.#newest = Math.max(this.#newest, message.id);
    if (this.#remember(message)) this.#add({ ...message, own: message.user === this.user, state: "delivered" });
  }

  joined(person, version) {
    if (this.people.joined(person, version)) this.#note(`${person.name} joined`);
  }

  left(person, version) {
    this.typing.stopped(person.name);
    if (this.people.left(person, version)) this.#note(`${person.name} left`);
  }

  heardTyping(name, user) {
    if (user !== this.user) this.typing.heard(name);
  }

  /** The connection has gone. */
  lost() {
    this.typing.clear();
    this.people.lost();
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
    const answer = await this.#ask("say", this.name, item.text, item.key);
    if (item.state !== "sending") return;  // history already told that it arrived
    item.why = answer?.error;
    if (answer?.id) {
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
      this.#newest = Math.max(this.#newest, message.id);
      if (!this.#remember(message)) continue;
      changed = true;
      const mine = message.user === this.user;
      const waiting = mine && this.items.find((item) => item.key === message.key && item.state !== "delivered");
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
    this.#known.add(mark(message));
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

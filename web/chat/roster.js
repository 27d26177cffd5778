// SPDX-License-Identifier: MIT
// Who is in a room, as the server counts them: people, not tabs. Changes are numbered; those that the list knows of already
// say nothing new, and those that come before the list wait for it.
import { el } from "../shared/dom.js";
import { avatar } from "../shared/people.js";

export class Roster {
  #changed;
  #names = new Map();   // by user
  #version = null;      // of the newest change that we know; null: the list is on its way
  #early = [];

  constructor(changed) {
    this.#changed = changed;
  }

  get count() {
    return this.#names.size;
  }

  /** From now on, until the next list, nobody tells us. */
  lost() {
    this.#version = null;
    this.#early = [];
  }

  set(version, people) {
    this.#names = new Map(people.map(({ user, name }) => [user, name]));
    this.#version = version;
    for (const change of this.#early.splice(0)) this.#apply(...change);
    this.#changed();
  }

  /** True if this is news: the person was not there. */
  joined(person, version) {
    return this.#hear("set", person, version);
  }

  /** True if this is news: the person was there. */
  left(person, version) {
    return this.#hear("delete", person, version);
  }

  #hear(...change) {
    if (this.#version === null) {
      this.#early.push(change);
      return false;
    }
    const news = this.#apply(...change);
    if (news) this.#changed();
    return news;
  }

  #apply(what, { user, name }, version) {
    if (version <= this.#version) return false;
    this.#version = version;
    const before = this.#names.size;
    this.#names[what](user, name);
    return this.#names.size !== before;
  }

  /** "3 here". */
  summary() {
    return this.count <= 1 ? "just you" : `${this.count} here`;
  }

  /** Fills a <ul>, myself first. */
  show(list, me) {
    const rank = ([user]) => (user === me ? 0 : 1);
    const sorted = [...this.#names].sort((a, b) => rank(a) - rank(b) || a[1].localeCompare(b[1]));
    list.replaceChildren(...sorted.map(([user, name]) =>
      el("li", {}, avatar(name), el("span", { className: "name", title: name }, name),
        user === me ? el("span", { className: "you" }, "you") : null)));
  }
}

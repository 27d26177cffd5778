// SPDX-License-Identifier: MIT
// Names: a suggestion for newcomers, initials and a colour for everybody, and the list of who is here.
import { el } from "./dom.js";

const first = ["Quiet", "Brave", "Amber", "Swift", "Gentle", "Lucky", "Silver", "Merry", "Clever", "Sunny", "Nimble", "Calm"];
const second = ["Otter", "Heron", "Fox", "Lynx", "Robin", "Badger", "Marten", "Puffin", "Hare", "Finch", "Seal", "Wren"];
const pick = (list) => list[Math.floor(Math.random() * list.length)];

/** The tab's own name if it had one, else the last one used here, else a friendly suggestion. */
export function rememberedName() {
  return sessionStorage.getItem("name") ?? `${pick(first)} ${pick(second)}`;
}
export function rememberName(name) {
  sessionStorage.setItem("name", name);
}

/** What a person sees as one character: a family emoji is one. */
export function graphemes(text) {
  if (!Intl.Segmenter) return [...text];
  return Array.from(new Intl.Segmenter().segment(text), (part) => part.segment);
}

const utf8 = new TextEncoder();
const LONGEST_NAME = 32;  // bytes, as the server has it

/** A name as the server will keep it: trimmed, whole characters only. */
export function fitName(name) {
  let fits = "";
  for (const character of graphemes(name.trim())) {
    if (utf8.encode(fits + character).length > LONGEST_NAME) break;
    fits += character;
  }
  return fits.trim();
}

function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const firsts = (words.length > 1 ? [words[0], words.at(-1)] : words).map((word) => graphemes(word)[0].toUpperCase());
  return /\p{Extended_Pictographic}/u.test(firsts[0] ?? "") ? firsts[0] : firsts.join("") || "?";
}

function hue(name) {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)) >>> 0;
  return (hash * 137) % 360;
}

export function avatar(name) {
  const element = el("span", { className: "avatar", "aria-hidden": "true" }, initials(name));
  element.style.setProperty("--hue", hue(name));
  return element;
}

/** Who is in a room: names with how often each, for two tabs may share one. */
export class People {
  #changed;
  #names = new Map();

  constructor(changed) {
    this.#changed = changed;
  }

  get count() {
    return [...this.#names.values()].reduce((sum, times) => sum + times, 0);
  }

  set(names) {
    this.#names = new Map();
    for (const name of names) this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
    this.#changed();
  }

  add(name) {
    this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
    this.#changed();
  }

  remove(name) {
    const left = (this.#names.get(name) ?? 0) - 1;
    if (left > 0) this.#names.set(name, left);
    else this.#names.delete(name);
    this.#changed();
  }

  /** "3 here". */
  summary() {
    return this.count <= 1 ? "just you" : `${this.count} here`;
  }

  /** Fills a <ul>, myself first. */
  show(list, me) {
    const rank = ([name]) => (name === me ? 0 : 1);
    const sorted = [...this.#names].sort((a, b) => rank(a) - rank(b) || a[0].localeCompare(b[0]));
    list.replaceChildren(...sorted.map(([name, times]) =>
      el("li", {}, avatar(name), el("span", { className: "name", title: name }, times > 1 ? `${name} ×${times}` : name),
        name === me ? el("span", { className: "you" }, "you") : null)));
  }
}

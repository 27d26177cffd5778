// SPDX-License-Identifier: MIT
// "Ada is typing…": told at most every two seconds, believed for four.
const TELL_MS = 2000;
const BELIEVE_MS = 4000;

export class Typing {
  #show;
  #timers = new Map();
  #told = 0;

  /** `show` gets the line to show, "" when nobody types. */
  constructor(show) {
    this.#show = show;
  }

  /** True when the others should hear that we type. */
  shouldTell() {
    const now = Date.now();
    if (now - this.#told < TELL_MS) return false;
    this.#told = now;
    return true;
  }

  /** We said something: the next key press is news again. */
  said() {
    this.#told = 0;
  }

  heard(name) {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(() => this.stopped(name), BELIEVE_MS));
    this.#tell();
  }

  stopped(name) {
    clearTimeout(this.#timers.get(name));
    if (this.#timers.delete(name)) this.#tell();
  }

  clear() {
    for (const name of [...this.#timers.keys()]) this.stopped(name);
  }

  #tell() {
    const names = [...this.#timers.keys()];
    this.#show(
      names.length === 0 ? "" :
      names.length === 1 ? `${names[0]} is typing…` :
      names.length === 2 ? `${names[0]} and ${names[1]} are typing…` : "Several people are typing…");
  }
}

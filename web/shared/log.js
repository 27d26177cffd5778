// SPDX-License-Identifier: MIT
// The list of messages: groups what one person says, keeps to the end unless the reader scrolled up, shows delivery.
import { clock, el, icon, linked } from "./dom.js";
import { avatar, graphemes } from "./people.js";

const GROUP_MS = 3 * 60_000;
const KEPT = 500;  // older ones leave the page, or a busy room would slow it down

const states = {
  waiting: ["clock", "Waiting for the connection"],
  sending: ["clock", "Sending"],
  delivered: ["tick", "Delivered"],
};

/** Up to three emoji and nothing else are shown large. */
function isLarge(text) {
  return /^[\p{Extended_Pictographic}\p{Emoji_Component}\u200d\ufe0f\s]+$/u.test(text) &&
    /\p{Extended_Pictographic}/u.test(text) && graphemes(text.replace(/\s/gu, "")).length <= 3;
}

export class MessageLog {
  #list;
  #toEnd;
  #atEnd = true;
  #empty;

  /** `list` is a <div role="log">, `toEnd` a button that appears when new messages arrive below what is read. */
  constructor(list, toEnd, empty) {
    this.#list = list;
    this.#toEnd = toEnd;
    this.#empty = empty;
    list.addEventListener("scroll", () => {
      this.#atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 48;
      if (this.#atEnd) toEnd.hidden = true;
    }, { passive: true });
    toEnd.addEventListener("click", () => this.#scroll());
    new ResizeObserver(() => this.#atEnd && this.#scroll()).observe(list);
    this.clear();
  }

  clear() {
    this.#list.replaceChildren(el("div", { className: "empty" }, ...this.#empty()));
    this.#atEnd = true;
    this.#toEnd.hidden = true;
  }

  /** Shows {name, text, at, own, state}; the element returned is what `setState` and `confirm` take. */
  add({ name, text, at, own = false, state = "delivered" }) {
    const item = el("div", { className: "message", data: { name, at } },
      own ? null : el("span", { className: "by" }, name),
      own ? null : avatar(name),
      el("div", { className: "bubble", dir: "auto" }, ...linked(text)),
      el("div", { className: "meta" }));
    item.classList.toggle("own", own);
    item.classList.toggle("large", isLarge(text));
    const before = this.#list.lastElementChild;
    if (before?.classList.contains("message") && before.dataset.name === name &&
        before.classList.contains("own") === own && at - before.dataset.at < GROUP_MS) {
      item.classList.add("follows");
      before.classList.add("followed");
    }
    this.setState(item, state);
    this.#append(item, own);
    return item;
  }

  /** waiting | sending | delivered | failed; a failed one says why, if that is known, and offers `again`. */
  setState(item, state, again, why) {
    item.dataset.state = state;
    const meta = item.querySelector(".meta");
    if (state === "failed") {
      meta.replaceChildren(`Not confirmed${why ? `: ${why}` : ""} ·`, el("button", { className: "link-button", type: "button", onclick: again }, "send again"));
      return;
    }
    const [name, label] = states[state];
    meta.replaceChildren(el("time", { dateTime: new Date(Number(item.dataset.at)).toISOString() }, clock(Number(item.dataset.at))));
    if (item.classList.contains("own")) meta.append(el("span", { className: "tick", title: label }, icon(name, label)));
  }

  /** The server's time takes the place of ours. */
  confirm(item, at) {
    item.dataset.at = at;
    this.setState(item, "delivered");
  }

  /** A line about the room rather than in it: "Ada joined". */
  note(text, tone = "") {
    const item = el("div", { className: "note", data: { tone } }, text);
    this.#append(item, false);
    return item;
  }

  #append(item, own) {
    this.#list.querySelector(".empty")?.remove();
    this.#list.append(item);
    while (this.#list.childElementCount > KEPT) this.#list.firstElementChild.remove();
    if (this.#atEnd || own) this.#scroll();
    else if (item.classList.contains("message")) this.#toEnd.hidden = false;
  }

  #scroll() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#atEnd = true;
    this.#toEnd.hidden = true;
  }
}

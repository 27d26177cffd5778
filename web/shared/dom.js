// SPDX-License-Identifier: MIT
// Elements without a framework. Text always goes in as text, so nothing a peer writes becomes markup.

/** The element with this id. */
export const $ = (id) => document.getElementById(id);

/** el("button", {className: "button", onclick: …}, "Send"): an element, its properties, its children. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "data") Object.assign(element.dataset, value);
    else if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** An icon of the page's sprite (<symbol id="icon-…"> in its html). */
export function icon(name, label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  return svg;
}

/** "14:05", or with its day when it was not today. */
export function clock(at) {
  const date = new Date(at);
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const today = date.toDateString() === new Date().toDateString();
  return today ? time : `${date.toLocaleDateString([], { day: "numeric", month: "short" })}, ${time}`;
}

/** Text as nodes, with its web addresses as links. */
export function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/u).map((part, i) =>
    i % 2 ? el("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part);
}

/** A side panel that is a column on a desk and a drawer on a phone. */
export function drawer(panel, button, scrim) {
  const set = (open) => {
    panel.classList.toggle("open", open);
    scrim.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
    if (open) panel.querySelector("button, input, a")?.focus({ preventScroll: true });
  };
  button.addEventListener("click", () => set(!panel.classList.contains("open")));
  scrim.addEventListener("click", () => set(false));
  panel.querySelector(".drawer-close").addEventListener("click", () => set(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.classList.contains("open")) return;
    set(false);
    button.focus();
  });
  return { close: () => set(false) };
}

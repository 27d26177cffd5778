// SPDX-License-Identifier: MIT
// Elements, numbers for people, and what all pictures share. Content is text, never markup.
"use strict";

/** `element("p", {class: "hint"}, "text", child …)`; arrays are flattened, nothing is left out. */
function element(name, attributes = {}, ...children) {
  const svg = ["svg", "g", "line", "rect", "path", "text", "circle", "title"].includes(name);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

const section = (title, ...children) => element("section", {}, element("h2", {}, title), ...children);

function grouped(value, digits = 0) {
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Three significant digits at least, all of them before the point. */
const significant = (value) => grouped(value, value !== 0 && Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);

function duration(ns) {
  if (ns < 1e3) return `${grouped(ns)} ns`;
  if (ns < 1e6) return `${significant(ns / 1e3)} µs`;
  return ns < 1e9 ? `${significant(ns / 1e6)} ms` : `${significant(ns / 1e9)} s`;
}

/** For an axis: as short as it can be. */
function roundDuration(ns) {
  const [unit, size] = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]].find(([, least]) => ns >= least * 0.999) ?? ["ns", 1];
  return `${+(ns / size).toPrecision(3)} ${unit}`;
}

function bytes(value) {
  for (const [unit, size] of [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10]])
    if (Math.abs(value) >= size) return `${significant(value / size)} ${unit}`;
  return `${grouped(value)} B`;
}

const percent = (share) => `${grouped(share * 100, share > 0 && share < 0.1 ? 1 : 0)} %`;

function short(value) {
  if (value >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
  return value >= 1e3 ? `${+(value / 1e3).toPrecision(3)}k` : String(+value.toPrecision(3));
}

/** A table: `head` and `rows` are arrays of text; a row's first cell names it. */
function table(caption, head, rows) {
  return element("div", { class: "scroll" }, element("table", {},
    caption && element("caption", {}, caption),
    element("thead", {}, element("tr", {}, head.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, rows.map(([first, ...rest]) =>
      element("tr", {}, element("th", { scope: "row" }, first), rest.map((text) => element("td", {}, text)))))));
}

function facts(pairs) {
  return element("dl", { class: "facts" }, pairs.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function noteBox(title, notes) {
  return notes.length === 0 ? null : element("section", { class: "notes" }, element("h2", {}, title),
    element("ul", {}, notes.map((note) => element("li", {}, note))));
}

/** A picture that is drawn for the width it has, again when that changes: `draw(svg, width)`. */
function picture(title, label, height, draw) {
  const svg = element("svg", { role: "img", "aria-label": label, height });
  let drawn = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.round(contentRect.width);
    if (width === drawn || width === 0) return;
    drawn = width;
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    draw(svg, width);
  }).observe(svg);
  return element("figure", {}, title && element("h3", {}, title), svg);
}

/** Round values between two others on a logarithmic axis, not more than `most`. */
function logTicks(low, high, most) {
  for (const steps of [[1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9], [1, 1.5, 2, 3, 4, 5, 7], [1, 2, 5], [1, 3], [1]]) {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const step of steps) {
        const value = step * 10 ** power;
        if (value >= low * 0.9999 && value <= high * 1.0001) ticks.push(value);
      }
    if (ticks.length <= most) return ticks;
  }
  return [10 ** Math.ceil(Math.log10(low)), 10 ** Math.floor(Math.log10(high))];
}

/** Round values from 0 on, and the end of such an axis. */
function ticksFromZero(high, about = 4) {
  const rough = (high || 1) / about, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((value) => value >= rough);
  const ticks = [];
  for (let i = 0; i * step < high + step; i++) ticks.push(i * step);
  return ticks;
}

const logScale = (low, high, from, to) => (value) => from + (Math.log(value / low) / Math.log(high / low)) * (to - from);

/** Horizontal lines with their values left of them. */
function rows(svg, ticks, y, left, right, text) {
  for (const tick of ticks)
    svg.append(element("line", { class: "grid", x1: left, x2: right, y1: y(tick), y2: y(tick) }),
      element("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, text(tick)));
}

function columns(svg, ticks, x, top, bottom, text) {
  for (const tick of ticks)
    svg.append(element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: top, y2: bottom }),
      element("text", { x: x(tick), y: bottom + 18, "text-anchor": "middle" }, text(tick)));
}

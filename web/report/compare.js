// SPDX-License-Identifier: MIT
// The page of bench/compare: what each server costs, and what every turn said.
"use strict";

const palette = ["--ours", "--a", "--b", "--c", "--d"];
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** One ratio a turn, above 1 if the first server is better. */
function ratiosOf(figure, index) {
  const [ours, theirs] = [figure.turns[0], figure.turns[index]];
  const ratios = ours.map((value, turn) => (figure.less_is_better ? theirs[turn] / value : value / theirs[turn]));
  return { middle: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

const times = (value) => `×${value >= 100 ? grouped(value) : value >= 10 ? grouped(value, 1) : grouped(value, 2)}`;

/** Circle, square, diamond, triangle: colour alone tells not everybody. */
function shape(kind, x, y, colour) {
  const paths = [`M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0`, `M${x - 4.5} ${y - 4.5}h9v9h-9z`, `M${x} ${y - 6}l6 6l-6 6l-6 -6z`, `M${x} ${y - 6}l6 10h-12z`];
  return element("path", { d: paths[kind % paths.length], style: `fill: var(${colour})` });
}

function overview(report, names) {
  const peers = names.filter((name) => name !== report.first);
  const lines = report.scenarios.map((scenario) => {
    const figure = scenario.figures[0];
    return { name: scenario.name, figure, dots: scenario.servers.slice(1).map((server, i) => ({ server, ...ratiosOf(figure, i + 1) })).filter((dot) => dot.middle > 0 && isFinite(dot.middle)) };
  }).filter((line) => line.dots.length > 0);
  if (lines.length === 0) return null;
  const all = lines.flatMap((line) => line.dots.flatMap((dot) => [dot.least, dot.most]));
  const low = Math.min(0.8, ...all) * 0.92, high = Math.max(1.5, ...all) * 1.08, row = 26;
  const legend = element("ul", { class: "legend" }, peers.map((name) => element("li", {},
    element("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, shape(peers.indexOf(name), 6, 6, colourOf(names, name))), name)));
  const drawn = picture("", "Ratio of cost of each server to Duplex per scenario; the bars below have the figures", lines.length * row + 58, (svg, width) => {
    const left = Math.min(200, width * 0.42), right = width - 14, top = 24, bottom = top + lines.length * row;
    const x = logScale(low, high, left, right);
    columns(svg, logTicks(low, high, Math.floor((right - left) / 55)), x, top, bottom, (value) => `×${+value.toPrecision(3)}`);
    svg.append(element("line", { class: "even", x1: x(1), x2: x(1), y1: top - 4, y2: bottom }),
      element("text", { x: x(1) + 6, y: 12, "text-anchor": "start" }, "Duplex is better →"));
    lines.forEach((line, i) => {
      const y = top + (i + 0.5) * row;
      svg.append(element("text", { class: "name", x: 0, y: y + 4 }, line.name));
      for (const dot of line.dots) {
        const colour = colourOf(names, dot.server);
        const mark = element("g", {}, element("title", {}, `${line.name}, ${dot.server}: ${times(dot.middle)} (${times(dot.least)} to ${times(dot.most)})`),
          element("line", { x1: x(dot.least), x2: x(dot.most), y1: y, y2: y, style: `stroke: var(${colour}); stroke-width: 2` }),
          shape(peers.indexOf(dot.server), x(dot.middle), y, colour));
        svg.append(mark);
      }
    });
  });
  return section("At a glance", element("p", { class: "hint" }, "What the others need of the server's CPU (or memory) for the same work, as a multiple of what Duplex needs. A mark is the median of the turns, its line goes from the least to the largest; one that crosses ×1 says nothing."), legend, drawn);
}

const colourOf = (names, name) => palette[name.startsWith("duplex, ") ? 4 : Math.min(names.indexOf(name), 4)];

function bars(scenario, figure, names) {
  const longest = Math.max(...figure.turns.flat());
  const at = (value) => `${(value / longest) * 100}%`;
  return element("div", {}, element("table", { class: "bars" },
    element("caption", {}, `${figure.label}, ${figure.less_is_better ? "less" : "more"} is better`),
    element("colgroup", {}, ["name", "track", "value", "ratio"].map((kind) => element("col", { class: `${kind}-column` }))),
    element("thead", { class: "visually-hidden" }, element("tr", {}, ["Server", "Bar", "Median", "Ratio"].map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, scenario.servers.map((server, i) => {
      const turns = figure.turns[i], value = median(turns), ratio = i ? ratiosOf(figure, i) : null;
      const verdict = !ratio ? "" : ratio.least > 1 ? " better" : ratio.most < 1 ? " worse" : "";
      return element("tr", {}, element("th", { scope: "row" }, server),
        element("td", { class: "track" }, element("div", { "aria-hidden": "true" },
          element("i", { style: `width: ${at(value)}; --colour: var(${colourOf(names, server)})` }),
          element("b", { style: `inset-inline-start: ${at(Math.min(...turns))}; width: calc(${at(Math.max(...turns))} - ${at(Math.min(...turns))})` }))),
        element("td", { class: "value" }, grouped(value)),
        element("td", { class: `ratio${verdict}`, title: ratio ? `${times(ratio.least)} to ${times(ratio.most)}` : "" }, ratio ? times(ratio.middle) : ""));
    }))));
}

function scenarioSection(scenario, names) {
  const turns = scenario.figures.flatMap((figure) => scenario.servers.map((server, i) =>
    [`${figure.label}, ${server}`, figure.turns[i].map((value) => grouped(value)).join("  "),
      i ? (({ middle, least, most }) => `${times(middle)} (${times(least)}–${times(most)})`)(ratiosOf(figure, i)) : ""]));
  return section(scenario.name, element("div", { class: "figures" }, scenario.figures.map((figure) => bars(scenario, figure, names))),
    element("details", {}, element("summary", {}, "Every turn"), table("", ["", "Turns", "Ratio to Duplex"], turns)));
}

function comparePage(report) {
  const names = [...new Set(report.scenarios.flatMap((scenario) => scenario.servers))];
  names.sort((a, b) => (b === report.first) - (a === report.first) || a.startsWith("duplex, ") - b.startsWith("duplex, "));
  const date = report.head.find(([name]) => name === "date")?.[1] ?? "";
  return { title: "Duplex against other servers", parts: [
    element("header", {}, element("p", { class: "brand" }, "bench/compare"), element("h1", {}, "Duplex against other servers on one machine"),
      element("p", {}, `${date} · ${report.scenarios.length} scenarios, the servers in turn under the same load`)),
    noteBox("Before you read the figures", [...report.failures.map((failure) => `Failed: ${failure}`), ...report.notes]),
    overview(report, names),
    ...report.scenarios.map((scenario) => scenarioSection(scenario, names)),
    section("Machine", facts(report.head)),
    report.commands.length > 0 && section("Commands", ...report.commands.map(([name, command]) => element("div", {}, element("h3", {}, name), element("pre", {}, command))))] };
}

// SPDX-License-Identifier: MIT
// The page of one run of `duplex bench`.
"use strict";

const things = { echo: "message", broadcast: "delivery", handshake: "handshake", request: "request", idle: "connection" };
const plural = (word) => word.replace(/y$/, "ie") + "s";

function runTitle({ options: o }) {
  const many = `${grouped(o.connections)} connection${o.connections === 1 ? "" : "s"}${o.processes > 1 ? ` from ${o.processes} processes` : ""}`;
  const more = [];
  if (o.mode === "echo" || o.mode === "broadcast") {
    more.push(`${bytes(o.size)} of ${o.content}`);
    if (o.rate > 0) more.push(`${grouped(o.rate)}/s whatever comes back`);
    else if (o.mode === "echo") more.push(`${o.in_flight} in flight`);
    else more.push(`${o.publishes} a round`);
    if (o.publishers > 1) more.push(`${o.publishers} publishers`);
  }
  if (o.mode === "request") more.push(`${o.in_flight} in flight`);
  if (o.protocol === "socket.io") more.push(`Socket.IO${{ polling: " over long-polling", upgrade: ", upgraded from long-polling" }[o.transport] ?? ""}`);
  if (o.deflate) more.push("compressed");
  if (o.tls) more.push("TLS");
  return `${o.mode[0].toUpperCase()}${o.mode.slice(1)}: ${[many, ...more].join(", ")}`;
}

function tile(name, value, unit, bad = false) {
  return element("div", bad ? { class: "bad" } : {}, element("dt", {}, name), element("dd", {}, value, unit && element("small", {}, ` ${unit}`)));
}

function runTiles(r) {
  const tiles = [], thing = things[r.options.mode], { server, latency_ns: latency } = r;
  if (r.options.mode === "idle") {
    tiles.push(tile("Still open", grouped(r.still_open), `of ${grouped(r.options.connections)}`, r.still_open !== r.options.connections));
    if (server) tiles.push(tile("Server memory", grouped(server.memory_per_connection), "B a connection"));
  } else {
    tiles.push(tile("Rate", grouped(r.per_second), `${plural(thing)}/s`));
    if (latency.count) tiles.push(tile("Latency, median", duration(latency.p50)), tile("Latency, p99", duration(latency.p99)));
    if (server?.cpu_ns_per_message) tiles.push(tile("Server CPU", duration(server.cpu_ns_per_message), `a ${thing}`));
  }
  tiles.push(tile("Errors", grouped(r.errors), r.missing ? `${grouped(r.missing)} missing` : "", r.errors > 0));
  return element("dl", { class: "tiles" }, tiles);
}

/** Buckets gathered into equal parts of a logarithmic axis, none narrower than the histogram's own. */
function gather(buckets, low, high, parts) {
  const count = Math.max(4, Math.min(parts, Math.floor(Math.log(high / low) / Math.log(1.02))));
  const bins = new Array(count).fill(0);
  for (const [last, times] of buckets) {
    const at = Math.floor((Math.log(Math.max(low, last * 0.996) / low) / Math.log(high / low)) * count);
    bins[Math.min(count - 1, Math.max(0, at))] += times;
  }
  return bins;
}

function histogram(latency, thing) {
  const low = Math.max(1, latency.min * 0.9), high = Math.max(latency.max * 1.1, low * 1.6);
  return picture(`How long ${plural(thing)} took`, `Histogram of latency on a logarithmic axis; the table has its percentiles`, 240, (svg, width) => {
    const left = 44, right = width - 12, top = 34, bottom = 206;
    const bins = gather(latency.buckets, low, high, Math.floor((right - left) / 7));
    const x = logScale(low, high, left, right), shares = ticksFromZero(Math.max(...bins) / latency.count);
    const y = (share) => bottom - (share / shares.at(-1)) * (bottom - top);
    rows(svg, shares, y, left, right, percent);
    columns(svg, logTicks(low, high, Math.floor(width / 85)), x, bottom, bottom + 4, roundDuration);
    const step = (right - left) / bins.length;
    bins.forEach((times, i) => {
      if (times === 0) return;
      const height = Math.max(1, bottom - y(times / latency.count));
      svg.append(element("rect", { class: "bar", x: left + i * step + 0.5, y: bottom - height, width: Math.max(1, step - 1), height }));
    });
    let last = -Infinity;
    for (const [name, value] of [["p50", latency.p50], ["p99", latency.p99], ["p99.9", latency.p99_9]]) {
      const at = Math.min(right, x(value)), raised = at - last < 44;
      svg.append(element("line", { class: "mark", x1: at, x2: at, y1: raised ? 14 : 28, y2: bottom }),
        element("text", { class: "marked", x: at, y: raised ? 11 : 25, "text-anchor": at > right - 20 ? "end" : "middle" }, name));
      last = raised ? -Infinity : at;
    }
  });
}

function percentileCurve(latency) {
  const points = [];
  let below = 0;
  for (const [last, times] of latency.buckets) {
    points.push([below / latency.count, Math.min(last, latency.max)]);
    below += times;
  }
  const end = 1 - 1 / Math.max(10, latency.count);
  const low = Math.max(1, latency.min * 0.9), high = Math.max(latency.max * 1.1, low * 1.6);
  return picture("Percentiles", "Curve of latency over percentiles, both axes logarithmic; the table has the figures", 240, (svg, width) => {
    const left = 58, right = width - 20, top = 12, bottom = 206;
    const x = (share) => left + (Math.log(1 - Math.min(share, end)) / Math.log(1 - end)) * (right - left);
    const y = logScale(low, high, bottom, top);
    rows(svg, logTicks(low, high, 6), y, left, right, roundDuration);
    const marks = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999].filter((share) => share <= end);
    const fits = marks.filter((share, i) => i % (width < 420 && marks.length > 5 ? 2 : 1) === 0);
    columns(svg, fits, x, top, bottom, (share) => `${+(share * 100).toFixed(5)} %`);
    let path = "";
    points.forEach(([from, value], i) => {
      path += `${i ? "L" : "M"}${x(from).toFixed(1)} ${y(Math.max(low, value)).toFixed(1)}`;
    });
    svg.append(element("path", { class: "curve", d: `${path}L${x(end)} ${y(latency.max)}` }));
  });
}

function latencySection(r) {
  const l = r.latency_ns, thing = things[r.options.mode];
  if (!l.count) return null;
  const cells = [["least", l.min], ["mean", l.mean], ["p50", l.p50], ["p90", l.p90], ["p99", l.p99], ["p99.9", l.p99_9], ["most", l.max]];
  return section("Latency",
    element("div", { class: "beside" },
      element("div", { class: "pictures" }, histogram(l, thing), percentileCurve(l)),
      table(`Of ${grouped(l.count)} ${plural(thing)}`, ["", "Latency"], cells.map(([name, ns]) => [name, duration(ns)]))));
}

function rateSection(r) {
  if (r.options.mode === "idle") return null;
  const { rates } = r, thing = plural(things[r.options.mode]);
  const whole = element("p", { class: "hint" }, `${grouped(r.messages)} ${thing} in ${grouped(r.seconds, 2)} s, ${grouped(r.per_second)} a second.`);
  if (rates.length < 2) return section("Rate over time", whole, element("p", { class: "hint" }, "Too short a window to see how the rate changes: it is taken once a second."));
  const drawn = picture("", `${thing} per second, second by second; the table below has the figures`, 190, (svg, width) => {
    const left = 52, right = width - 16, top = 10, bottom = 158;
    const ticks = ticksFromZero(Math.max(...rates)), x = (second) => left + ((second - 1) / (rates.length - 1)) * (right - left);
    const y = (rate) => bottom - (rate / ticks.at(-1)) * (bottom - top);
    rows(svg, ticks, y, left, right, short);
    const step = Math.ceil(rates.length / Math.max(2, Math.floor(width / 60)));
    columns(svg, rates.map((_, i) => i + 1).filter((second) => (second - 1) % step === 0), x, bottom, bottom + 4, (second) => `${second} s`);
    const line = rates.map((rate, i) => `${i ? "L" : "M"}${x(i + 1)} ${y(rate)}`).join("");
    svg.append(element("path", { class: "area", d: `${line}L${right} ${bottom}L${left} ${bottom}Z` }), element("path", { class: "curve", d: line }));
    if (rates.length <= 60) rates.forEach((rate, i) => svg.append(element("circle", { class: "bar", cx: x(i + 1), cy: y(rate), r: 3 })));
  });
  return section("Rate over time", whole, drawn, element("details", {}, element("summary", {}, "As a table"),
    table("", ["Second", `${thing}/s`], rates.map((rate, i) => [String(i + 1), grouped(rate)]))));
}

function serverSection(r) {
  const { server, generator, options } = r, thing = things[options.mode];
  const lines = [];
  let bar = null;
  if (server) {
    if (server.cpu_ns_per_message && options.mode !== "idle") {
      lines.push([`CPU a ${thing}`, duration(server.cpu_ns_per_message)]);
      const kernel = server.kernel_share;
      if (kernel !== null && kernel !== undefined) {
        const parts = [["in the kernel", kernel, ""], ["its own", 1 - kernel, "other"]];
        const told = parts.map(([name, share]) => `${duration(server.cpu_ns_per_message * share)} ${name}`);
        bar = element("div", {},
          element("div", { class: "split", role: "img", "aria-label": told.join(", ") },
            parts.map(([, share, kind]) => element("div", { class: kind, style: `width: ${share * 100}%` }))),
          element("p", { class: "hint" }, parts.map(([, , kind], i) => [element("span", { class: `key ${kind}` }), `${told[i]}${i ? "" : "  "}\u2003`])));
      }
    }
    lines.push(["CPU in all", `${duration(server.cpu_ns)} in ${grouped(r.seconds, 2)} s`]);
    lines.push(["Busiest thread", `${percent(server.busiest_thread_share)} of the time; ${server.threads} ran`]);
    lines.push(["Waited for a CPU", `${percent(server.waited_share)} of the time`]);
    lines.push(["Memory", `${bytes(server.memory_before)} before, ${bytes(server.memory_after)} after`]);
    if (options.mode === "idle") lines.push(["Memory a connection", `${grouped(server.memory_per_connection)} B (${server.memory_source})`]);
  }
  if (generator.processes.length > 1) {
    lines.push(["Generators", generator.processes.map((one) => `${grouped(one.connections)} connections, ${percent(one.share)} of its thread${one.spins ? ", never slept" : ""}`).join("; ")]);
    lines.push(["One of them waited for a CPU", `${percent(generator.waited_share)} of the time`]);
  } else {
    lines.push(["Generator", generator.spins ? `never slept (${percent(generator.share)} of its thread)` : `${percent(generator.share)} of its thread`]);
    lines.push(["Generator waited for a CPU", `${percent(generator.waited_share)} of the time`]);
  }
  return section(server ? "The server's time" : "The generator's time", bar, facts(lines),
    server ? null : element("p", { class: "hint" }, "With --server-pid, the server's CPU time and memory are here, too."));
}

function runPage(r) {
  const title = runTitle(r), m = r.machine;
  const machine = [["Date", m.date], ["CPU", m.cpu], ["Cores", `${m.cpus}, ${m.usable_cpus} of them for the generator`], ["Memory", bytes(m.memory)],
    ["Kernel", `${m.kernel}, ${m.arch}`], ["Load, 1, 5 and 15 min", m.load.map((value) => grouped(value, 2)).join(" ")], ["Duplex", r.version]];
  return { title: `${title} · duplex bench`, parts: [
    element("header", {}, element("p", { class: "brand" }, "duplex bench"), element("h1", {}, title), element("p", {}, `${r.options.url} · ${m.date}`)),
    runTiles(r), noteBox("Before you read the figures", [...r.warnings, ...(r.first_error ? [r.first_error] : [])]),
    latencySection(r), rateSection(r), serverSection(r),
    section("Command", element("pre", {}, r.command)), section("Machine", facts(machine))] };
}

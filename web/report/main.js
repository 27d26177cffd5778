// SPDX-License-Identifier: MIT
// What `duplex bench` or bench/compare wrote into the page, as a page.
"use strict";
{
  const report = JSON.parse(document.getElementById("report").textContent);
  const { title, parts } = report.kind === "compare" ? comparePage(report) : runPage(report);
  document.title = title;
  document.getElementById("main").replaceChildren(...parts.filter(Boolean));
}

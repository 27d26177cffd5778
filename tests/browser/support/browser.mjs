// SPDX-License-Identifier: MIT
// Debian's Chromium, driven by playwright-core; a page that logs an error of its own fails its test.
import { chromium } from "playwright-core";

// No sandbox: tests may run as root. The rest keeps the browser from talking to anybody but the page under test.
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });

/** A page of its own (own storage, as another person would have), and the uncaught errors it met. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(error));
  await page.goto(url);
  return page;
}

export async function say(page, text) {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

/** Waits until the log shows `text`; `state` also asks for its delivery state. */
export function sees(page, text, state) {
  const wanted = state ? `.message[data-state="${state}"]` : ".message";
  return page.locator(`${wanted} .bubble`, { hasText: text }).first().waitFor();
}

export const online = (page) => page.locator('.pill[data-state="online"]').waitFor();
export const offline = (page) => page.locator('.banner[data-tone="bad"]').waitFor();

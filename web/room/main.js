// SPDX-License-Identifier: MIT
// The room chat at /: JSON over one raw WebSocket, nothing in between.
import { $, drawer, el } from "../shared/dom.js";
import { composer } from "../shared/composer.js";
import { MessageLog } from "../shared/log.js";
import { fitName, People, rememberedName, rememberName } from "../shared/people.js";
import { Typing } from "../shared/typing.js";
import { Connection } from "./connection.js";
import { echoDialog } from "./echo.js";
import { Wire } from "./wire.js";

const log = new MessageLog($("log"), $("to-end"), () => [el("b", {}, "Nothing said yet"), "Open this page in a second tab and talk to yourself."]);
const people = new People(() => {
  people.show($("people"), me);
  $("member-count").textContent = people.summary();
});
const typing = new Typing((line) => { $("typing").textContent = line; });
const wire = new Wire();
const side = drawer($("side"), $("side-button"), $("scrim"));

let connection = null;
let me = "";
let room = "";
let unconfirmed = [];  // {text, item, state}: ours, not yet seen coming back
let wasOnline = false;
let countdown = 0;
let why = "";

function roomUrl() {
  const url = new URL("/room", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("room", room);
  url.searchParams.set("name", me);
  return url;
}

function enter(name, roomName) {
  me = name;
  room = roomName;
  rememberName(me);
  const address = new URL(location.href);
  address.searchParams.set("room", room);
  history.replaceState(null, "", address);
  document.title = `${room} · Duplex`;
  $("room-name").textContent = room;
  $("door").hidden = true;
  $("chat").hidden = false;
  $("pill").hidden = false;
  log.clear();
  people.set([]);
  unconfirmed = [];
  wasOnline = false;
  why = "";
  connection = new Connection(roomUrl());
  connection.addEventListener("state", ({ detail }) => showState(detail));
  connection.addEventListener("message", ({ detail }) => receive(detail.value));
  connection.addEventListener("latency", ({ detail }) => { $("pill-extra").textContent = `· ${wire.latency(detail.ms)}`; });
  connection.addEventListener("traffic", ({ detail }) => wire.traffic(detail.direction));
  showState({ state: connection.state });
  box.focus();
}

function leave() {
  connection?.close();
  connection = null;
  clearInterval(countdown);
  side.close();
  $("banner").hidden = true;
  $("chat").hidden = true;
  $("pill").hidden = true;
  $("door").hidden = false;
  document.title = "Duplex";
  $("name").focus();
}

const names = { online: "Online", connecting: "Connecting", offline: "Offline" };

function showState({ state, code, retryAt }) {
  clearInterval(countdown);
  $("pill").dataset.state = state;
  $("pill-text").textContent = names[state];
  $("pill-extra").textContent = "";
  if (state === "online") {
    wire.forget();
    return;  // the welcome takes the banner away
  }
  typing.clear();
  if (state === "connecting") {
    if (wasOnline) $("banner-text").textContent = "Reconnecting…";
    return;
  }
  for (const message of unconfirmed) {
    if (message.state === "sending") fail(message);  // it may or may not have arrived: only the writer can decide
  }
  // The first loss knows why; the failed tries that follow only know that nobody answers.
  why ||= code === 1001 || code === 1012 ? "The server is restarting." : wasOnline ? "The connection is gone." : "The server does not answer.";
  const tell = () => {
    const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    $("banner-text").textContent = `${why} Trying again ${seconds > 1 ? `in ${seconds} s` : "now"}. What you write is kept.`;
  };
  $("banner").dataset.tone = "bad";
  $("banner-retry").hidden = false;
  $("banner").hidden = false;
  tell();
  countdown = setInterval(tell, 1000);
}

function welcomed({ names: there }) {
  people.set(there);
  if (wasOnline || !$("banner").hidden) {
    $("banner").dataset.tone = "good";
    $("banner-text").textContent = wasOnline ? "Back online." : "Connected.";
    $("banner-retry").hidden = true;
    setTimeout(() => { if ($("banner").dataset.tone === "good") $("banner").hidden = true; }, 2500);
    if (wasOnline) log.note("You were away for a moment; what was said meanwhile is not kept here.");
  }
  wasOnline = true;
  why = "";
  for (const message of unconfirmed) if (message.state === "waiting") deliver(message);
}

const receivers = {
  welcome: welcomed,
  said: ({ name, text, at }) => {
    typing.stopped(name);
    const mine = name === me ? unconfirmed.findIndex((message) => message.text === text && message.state === "sending") : -1;
    if (mine >= 0) log.confirm(unconfirmed.splice(mine, 1)[0].item, at);
    else log.add({ name, text, at, own: name === me });
  },
  joined: ({ name }) => { people.add(name); log.note(`${name} joined`); },
  left: ({ name }) => { people.remove(name); typing.stopped(name); log.note(`${name} left`); },
  typing: ({ name }) => typing.heard(name),
};

function receive(value) {
  receivers[value.type]?.(value);
}

function deliver(message) {
  message.state = connection.send({ type: "say", text: message.text }) ? "sending" : "waiting";
  log.setState(message.item, message.state);
}

function fail(message) {
  message.state = "failed";
  log.setState(message.item, "failed", () => deliver(message));
}

const box = composer($("composer"), {
  onSend: (text) => {
    const message = { text, item: log.add({ name: me, text, at: Date.now(), own: true, state: "waiting" }), state: "waiting" };
    unconfirmed.push(message);
    deliver(message);
    typing.said();
  },
  onTyping: () => typing.shouldTell() && connection.send({ type: "typing" }),
  onTooLong: (text) => { $("too-long").textContent = text; },
});

$("name").value = rememberedName();
$("room").value = new URLSearchParams(location.search).get("room") ?? "lobby";
$("join").addEventListener("submit", (event) => {
  event.preventDefault();
  enter(fitName($("name").value) || rememberedName(), fitName($("room").value) || "lobby");
});
$("leave").addEventListener("click", leave);
$("banner-retry").addEventListener("click", () => connection?.retry());
$("share").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(location.href);
    $("share").textContent = "Copied";
  } catch {
    $("share").textContent = "Copy the address bar";  // no clipboard without https or permission
  }
  setTimeout(() => { $("share").textContent = "Copy link"; }, 2000);
});
echoDialog();

// SPDX-License-Identifier: MIT
// The chat at /chat: the unmodified Socket.IO client, several rooms, delivery by acknowledgement, recovery.
import { io } from "socket.io-client";
import { $, drawer, el, icon } from "../shared/dom.js";
import { composer } from "../shared/composer.js";
import { MessageLog } from "../shared/log.js";
import { fitName, rememberedName, rememberName } from "../shared/people.js";
import { Room, randomName } from "./room.js";

const log = new MessageLog($("log"), $("to-end"), () => [el("b", {}, "Nothing said yet"), "Be the first, or open this page in a second tab."]);
const roomsDrawer = drawer($("rooms"), $("rooms-button"), $("scrim-rooms"));
const peopleDrawer = drawer($("side"), $("side-button"), $("scrim"));

const options = new URLSearchParams(location.search);
const transports = options.get("transport");  // ?transport=polling or ?transport=websocket, to try one alone
const socket = io({ autoConnect: false, ...(transports ? { transports: transports.split(",") } : {}) });

// The same for all tabs of this browser: two of one name are one person.
const browser = localStorage.getItem("browser") ?? randomName();
localStorage.setItem("browser", browser);

const rooms = new Map();
let active = null;
let me = "";
let wasOnline = false;

// What the rooms tell the page.
const view = {
  added(room, item) {
    if (room === active) show(item);
    if (item.note || item.own) return;
    if (room === active && document.visibilityState === "visible") return;
    room.unread += 1;
    showRooms();
  },
  stateChanged(room, item) {
    if (item.element) log.setState(item.element, item.state, () => room.again(item), item.why);
  },
  reordered(room) {
    if (room === active) showItems();
  },
  peopleChanged(room) {
    if (room === active) showPeople();
  },
  typingChanged(room) {
    if (room === active) $("typing").textContent = room.typingLine;
  },
};

function show(item) {
  if (item.note) {
    item.element = log.note(item.note, item.tone);
    return;
  }
  item.element = log.add(item);
  if (item.state === "failed") view.stateChanged(active, item);
}

function showItems() {
  log.clear();
  for (const item of active.items) show(item);
}

function showPeople() {
  active.people.show($("people"), active.user);
  $("member-count").textContent = active.people.count > 0 ? active.people.summary() : "";
}

function showRooms() {
  $("room-list").replaceChildren(...[...rooms.values()].map((room) => {
    const button = el("button", { type: "button", className: "room", onclick: () => activate(room) }, icon("hash"),
      el("span", { className: "name" }, room.name));
    if (room === active) button.setAttribute("aria-current", "true");
    if (room.unread > 0) button.append(el("span", { className: "badge", "aria-label": `${room.unread} unread` }, String(room.unread)));
    return el("li", {}, button);
  }));
  const unread = [...rooms.values()].reduce((sum, room) => sum + room.unread, 0);
  document.title = `${unread > 0 ? `(${unread}) ` : ""}${active ? active.name : "Chat"} · Duplex`;
  $("rooms-button").dataset.unread = unread > 0 ? "yes" : "";
  $("leave").hidden = rooms.size < 2;
}

function activate(room) {
  if (active) active.draft = $("text").value;
  active = room;
  room.unread = 0;
  $("room-name").textContent = room.name;
  $("typing").textContent = room.typingLine;
  $("text").value = room.draft;
  box.refresh();
  showItems();
  showPeople();
  showRooms();
  roomsDrawer.close();
  remember();
}

function openRoom(name) {
  let room = rooms.get(name);
  if (!room) {
    room = new Room(name, me, browser, socket, view);
    rooms.set(name, room);
    if (socket.connected) room.sync();
  }
  activate(room);
}

function leaveRoom() {
  active.leave();
  rooms.delete(active.name);
  active = null;
  activate([...rooms.values()].at(-1));
  peopleDrawer.close();
}

// A reload comes back to the same rooms under the same name; a new tab does not.
function remember() {
  rememberName(me);
  sessionStorage.setItem("rooms", JSON.stringify({ names: [...rooms.keys()], active: active.name }));
  const address = new URL(location.href);
  address.searchParams.set("room", active.name);
  history.replaceState(null, "", address);
}

function enter(name, names, activeName) {
  me = name;
  $("door").hidden = true;
  $("chat").hidden = false;
  $("pill").hidden = false;
  $("rooms-button").hidden = false;
  $("me").textContent = me;
  for (const roomName of names) openRoom(roomName);
  activate(rooms.get(activeName) ?? active);
  setPill("connecting", "Connecting");
  socket.connect();
  box.focus();
}

function setPill(state, text, extra = "") {
  $("pill").dataset.state = state;
  $("pill-text").textContent = text;
  $("pill-extra").textContent = extra;
}

function setBanner(text, tone = "bad", button = false) {
  $("banner").hidden = text === "";
  $("banner").dataset.tone = tone;
  $("banner-text").textContent = text;
  $("banner-retry").hidden = !button;
}

function online() {
  setPill("online", "Online", `· ${socket.io.engine.transport.name}`);
}

socket.on("connect", () => {
  online();
  socket.io.engine.on("upgrade", online);
  if (wasOnline) {
    setBanner(socket.recovered ? "Back online, nothing lost." : "Back online.", "good");
    setTimeout(() => { if ($("banner").dataset.tone === "good") setBanner(""); }, 2500);
  } else {
    setBanner("");
  }
  for (const room of rooms.values()) {
    if (socket.recovered) room.caughtUp();
    room.sync();
  }
  wasOnline = true;
});

socket.on("disconnect", (reason) => {
  if (reason === "io client disconnect") return;  // signed out
  for (const room of rooms.values()) room.lost();
  setPill("offline", "Offline");
  // Only when the server dismissed us does the client not come back by itself.
  if (reason === "io server disconnect") setBanner("The server ended this session.", "bad", true);
  else setBanner("You are offline. What you write is kept and sent as soon as the server is back.");
});

/** Disconnects; done when what was sent is out, which waits for an upgrade that is under way. */
function parted() {
  if (!socket.connected) return;
  const closed = new Promise((resolve) => socket.io.engine.once("close", resolve));
  socket.disconnect();
  return Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 3000))]);
}

socket.on("connect_error", (error) => {
  setPill("offline", "Offline");
  if (!socket.active) setBanner(`The server refused: ${error.message}.`, "bad", true);
  else setBanner(wasOnline ? "You are offline. What you write is kept and sent as soon as the server is back."
                           : "The server does not answer. Trying again…");
});
socket.io.on("reconnect_attempt", () => setPill("connecting", "Connecting"));

socket.on("said", ({ room, ...message }) => rooms.get(room)?.said(message));
socket.on("joined", (room, person, version) => rooms.get(room)?.joined(person, version));
socket.on("left", (room, person, version) => rooms.get(room)?.left(person, version));
socket.on("typing", (room, name, user) => rooms.get(room)?.heardTyping(name, user));

const box = composer($("composer"), {
  onSend: (text) => active.say(text),
  onTyping: () => active.tellTyping(),
  onTooLong: (text) => { $("too-long").textContent = text; },
});

$("banner-retry").addEventListener("click", () => socket.connect());
$("leave").addEventListener("click", leaveRoom);
$("sign-out").addEventListener("click", async () => {
  sessionStorage.removeItem("rooms");
  for (const room of rooms.values()) room.leave();  // or the others would expect us back for a while
  await parted();
  location.reload();
});
$("new-room").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = fitName($("new-room-name").value);
  if (name === "") return;
  $("new-room").reset();
  openRoom(name);
  box.focus();
});
$("join").addEventListener("submit", (event) => {
  event.preventDefault();
  enter(fitName($("name").value) || rememberedName(), [fitName($("room").value) || "lobby"]);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !active || active.unread === 0) return;
  active.unread = 0;
  showRooms();
});

$("name").value = rememberedName();
$("room").value = options.get("room") ?? "lobby";
const before = JSON.parse(sessionStorage.getItem("rooms") ?? "null");
if (before) enter(rememberedName(), before.names, before.active);

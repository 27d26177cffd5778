// SPDX-License-Identifier: MIT
// npm `socket.io-client` and the chat's list of people: users, not connections.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chatter } from "./support/chatter.mjs";
import { ChaosProxy } from "./support/chaos_proxy.mjs";
import { start } from "./support/server.mjs";

let server, proxy;
before(async () => {
  server = await start("duplex", ["serve"]);
  proxy = await ChaosProxy.to(server.port);
});
after(async () => { await proxy?.close(); await server?.stop(); });

const names = ({ people }) => people.map(({ name }) => name).join(" ");

test("two connections of one user are one person; two users of one name are two", async () => {
  const watcher = await chatter(server.url);
  await watcher.join("tabs", "Watcher");
  const tabs = await Promise.all([1, 2].map(() => chatter(server.url)));
  for (const tab of tabs) await tab.join("tabs", "Ada", { user: "browser 1" });
  const other = await chatter(server.url);
  const welcome = await other.join("tabs", "Ada", { user: "browser 2" });
  assert.equal(names(welcome), "Watcher Ada Ada");
  assert.equal(welcome.user, "browser 2/Ada");
  await watcher.until("all three", () => watcher.changes.length >= 3);
  tabs[0].socket.emit("leave", "tabs");
  other.socket.emit("leave", "tabs");
  await watcher.until("the other one's leaving", () => watcher.changes.length >= 4);
  tabs[1].socket.emit("leave", "tabs");
  await watcher.until("the last tab's leaving", () => watcher.changes.length >= 5);
  assert.deepEqual(watcher.changes, ["+Watcher", "+Ada", "+Ada", "-Ada", "-Ada"]);
  for (const each of [watcher, other, ...tabs]) each.close();
});

for (const how of ["recovered", "in a new session"]) {
  test(`a connection that breaks and comes back, ${how}: nobody hears of it`, async () => {
    const watcher = await chatter(server.url);
    const ada = await chatter(proxy.url);
    await watcher.join(how, "Watcher");
    await ada.join(how, "Ada", { user: "a" });
    await watcher.until("Ada", () => watcher.changes.includes("+Ada"));
    const id = ada.socket.id;
    for (let i = 0; i < 3; ++i) {
      const back = ada.fires("connect");
      if (how === "recovered") {
        proxy.reset();
      } else {
        ada.close();
        ada.socket.connect();
      }
      await back;
      if (how === "recovered") assert.equal(ada.socket.id, id);
      else assert.notEqual(ada.socket.id, id);
      await ada.join(how, "Ada", { user: "a" });
    }
    ada.socket.emit("leave", how);  // the next change comes after all that the breaks could have caused
    await watcher.until("the leaving", () => watcher.changes.includes("-Ada"));
    assert.deepEqual(watcher.changes, ["+Watcher", "+Ada", "-Ada"]);
    watcher.close(), ada.close();
  });
}

test("a connection that breaks and does not come back: the user leaves when his time is over, and once", async () => {
  const watcher = await chatter(server.url), ada = await chatter(server.url, { reconnection: false });
  await watcher.join("gone", "Watcher");
  await ada.join("gone", "Ada");
  const began = Date.now();
  ada.break();
  await watcher.until("the leaving", () => watcher.changes.includes("-Ada"));
  assert.ok(Date.now() - began > 4_500, `it took ${Date.now() - began} ms`);
  assert.equal(names(await watcher.join("gone", "Watcher")), "Watcher");
  assert.deepEqual(watcher.changes, ["+Watcher", "+Ada", "-Ada"]);
  watcher.close();
});

test("who changes its name is another person, in all its rooms", async () => {
  const watcher = await chatter(server.url), ada = await chatter(server.url);
  await watcher.join("renamed", "Watcher");
  await ada.join("renamed", "Ada");
  await ada.join("elsewhere", "Bea");
  await watcher.until("Ada has left", () => watcher.changes.includes("-Ada"));
  assert.equal(names(await watcher.join("renamed", "Watcher")), "Watcher");
  assert.deepEqual(await ada.say("renamed", "as whom?"), { error: "a value has the wrong type or form" });
  watcher.close(), ada.close();
});

test("a hundred users in and out of a room: every list agrees with the changes that are told", async () => {
  const watcher = await chatter(server.url);
  const { people, version } = await watcher.join("crowd", "Watcher");
  const here = new Map(people.map(({ user, name }) => [user, name]));
  let newest = version, wrong = 0;
  const apply = (add) => (room, { user, name }, its) => {
    if (room !== "crowd" || its <= version) return;
    if (its <= newest || here.has(user) === add) ++wrong;
    newest = its;
    if (add) here.set(user, name);
    else here.delete(user);
  };
  watcher.socket.on("joined", apply(true));
  watcher.socket.on("left", apply(false));
  const crowd = await Promise.all(Array.from({ length: 100 }, () => chatter(server.url)));
  await Promise.all(crowd.map(async (one, i) => {
    for (let round = 0; round < 3; ++round) {
      await one.join("crowd", `user ${i % 50}`, { user: `${i % 50}` });
      if (round < 2 || i % 4 === 0) one.socket.emit("leave", "crowd");
      await one.join("elsewhere", `user ${i % 50}`, { user: `${i % 50}` });
    }
  }));
  const last = await watcher.join("crowd", "Watcher");
  const listed = last.people.map(({ user }) => user).sort().join();
  await watcher.until("the newest change", () => [...here.keys()].sort().join() === listed);
  assert.equal(wrong, 0);
  for (const each of [watcher, ...crowd]) each.close();
});

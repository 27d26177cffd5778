// SPDX-License-Identifier: MIT
// The room chat of `duplex serve`, with npm `ws` in the place of the page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./support/server.mjs";
import { connect } from "./support/websocket.mjs";

let server;
before(async () => { server = await start("duplex", ["serve"]); });
after(() => server?.stop());

const enter = (room, name) => connect(server.ws(`/room?${new URLSearchParams({ room, name })}`));

test("who comes is welcomed with who is there, and announced to the others", async () => {
  const ada = await enter("arrivals", "Ada");
  assert.deepEqual(await ada.nextJson(), { type: "welcome", room: "arrivals", members: 1, names: ["Ada"] });
  const bob = await enter("arrivals", "Bob 🦊");
  const welcome = await bob.nextJson();
  assert.equal(welcome.members, 2);
  assert.deepEqual(welcome.names.sort(), ["Ada", "Bob 🦊"]);
  assert.deepEqual(await ada.nextJson(), { type: "joined", name: "Bob 🦊", members: 2 });
  await bob.close(1000);
  assert.deepEqual(await ada.nextJson(), { type: "left", name: "Bob 🦊", members: 1 });
  await ada.close(1000);
});

test("a connection that breaks leaves the room as well", async () => {
  const ada = await enter("breaks", "Ada");
  await ada.next();
  const bob = await enter("breaks", "Bob");
  await ada.next();
  bob.ws.terminate();
  assert.deepEqual(await ada.nextJson(), { type: "left", name: "Bob", members: 1 });
  await ada.close(1000);
});

test("what is said reaches everybody in the room in order, the sender too, and nobody else", async () => {
  const [ada, bob, eve] = [await enter("talk", "Ada"), await enter("talk", "Bob"), await enter("elsewhere", "Eve")];
  for (const [peer, before] of [[ada, 2], [bob, 1], [eve, 1]]) for (let i = 0; i < before; i++) await peer.next();
  const texts = Array.from({ length: 50 }, (_, i) => `${i} "quoted" \\ \n 👩‍👩‍👧‍👦`);
  for (const text of texts) ada.sendJson({ type: "say", text });
  for (const peer of [ada, bob]) {
    let last = 0;
    for (const text of texts) {
      const { type, name, text: said, at, id } = await peer.nextJson();
      assert.deepEqual([type, name, said], ["said", "Ada", text]);
      assert.ok(Math.abs(at - Date.now()) < 60_000);
      assert.ok(id > last);
      last = id;
    }
  }
  eve.sendJson({ type: "ping", at: 7 });
  assert.deepEqual(await eve.nextJson(), { type: "pong", at: 7 });  // and so nothing came before it
  await Promise.all([ada, bob, eve].map((peer) => peer.close(1000)));
});

test("typing is told to the others only", async () => {
  const [ada, bob] = [await enter("typing", "Ada"), await enter("typing", "Bob")];
  await ada.next(), await ada.next(), await bob.next();
  ada.sendJson({ type: "typing" });
  assert.deepEqual(await bob.nextJson(), { type: "typing", name: "Ada" });
  ada.sendJson({ type: "ping", at: 1.5 });
  assert.deepEqual(await ada.nextJson(), { type: "pong", at: 1.5 });
  await Promise.all([ada, bob].map((peer) => peer.close(1000)));
});

test("what is not a message of the chat harms nobody", async () => {
  const [ada, mallory] = [await enter("harm", "Ada"), await enter("harm", "Mallory")];
  await ada.next(), await ada.next(), await mallory.next();
  for (const text of ["", "not json", "[]", "null", "{}", '{"type":7}', '{"type":"say"}', '{"type":"say","text":7}', `{"type":"say","text":"${"[".repeat(50_000)}`]) mallory.send(text);
  ada.sendJson({ type: "say", text: "still here" });
  assert.equal((await ada.nextJson()).text, "still here");
  await ada.close(1000);
  mallory.ws.terminate();
});

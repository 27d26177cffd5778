// SPDX-License-Identifier: MIT
// Gives the same packets to Duplex's decoder and to socket.io-parser, and fails on any difference that is not listed in
// `explained`. Usage: node sio_parser_differential.mjs <sio_decode> [packets] [seed]
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { Decoder } from "socket.io-parser";

const [program, count = "100000", seed = "1"] = process.argv.slice(2);

let state = BigInt(seed) * 2862933555777941757n + 3037000493n;
const random = (n) => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number(state >> 33n) % n;
};
const pick = (list) => list[random(list.length)];

const names = ["say", "", "é😀", 'q"\\', "connect", "disconnect", "disconnecting", "connect_error", "newListener", "removeListener", "error", "\u0000"];
const leaf = () =>
  pick([() => random(1000) - 500, () => random(1e9) / 7, () => 1e21, () => 1e-7, () => null, () => true, () => pick(names), () => -0])();
const placeholder = (n) => ({ _placeholder: pick([true, true, true, 1, false, "true"]), num: pick([0, 0, 1, n, n - 1, 0.5, -1, "0", null]) });
const value = (depth, n) => {
  switch (depth > 3 ? 0 : random(6)) {
    case 1: return Array.from({ length: random(4) }, () => value(depth + 1, n));
    case 2: return Object.fromEntries(Array.from({ length: random(4) }, () => [pick(["a", "num", "_placeholder", "b c", "é"]), value(depth + 1, n)]));
    case 3: return n > 0 ? placeholder(n) : leaf();
    default: return leaf();
  }
};
const escapes = (text) => (random(4) ? text : text.replace(/[a-z_]/g, (c) => (random(3) ? c : "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"))));
const packet = () => {
  const type = random(8) ? random(7) : pick(["", "7", "9", "a", " ", "-"]);
  const binary = type === 5 || type === 6;
  const attachments = binary ? pick(["1-", "2-", "1-", "3-", "10-", "0-", "11-", "-", "", "1", "01-", "999-"]) : random(40) ? "" : "1-";
  const n = Number.parseInt(attachments, 10) || 0;
  const nsp = pick(["", "", "", "/admin,", "/", "/admin", "/,", "/é,", "/a/b-c_d,"]);
  const id = pick(["", "", "0", "7", "12", "007", "9007199254740991"]);
  const payload = pick([
    () => "",
    () => JSON.stringify([pick(names), ...[value(0, n), value(0, n)].slice(random(3))]),
    () => JSON.stringify([pick(names), value(0, n)]),
    () => JSON.stringify([value(0, n)]),
    () => JSON.stringify(value(0, n)),
    () => JSON.stringify({ message: pick(names), data: value(0, n) }),
    () => pick(["[", "{}", "[]", "null", '"x"', '["x",1e999]', '["x","\\ud800"]', '["x"', '["x"]]', "[5]", "[5.0,1]", '["x",01]', '["x" , 2 ]']),
  ])();
  let text = type + attachments + nsp + id + escapes(payload);
  if (random(4) === 0 && text.length > 0) {
    const at = random(text.length);
    text = text.slice(0, at) + pick(["", "", '"', "[", "]", "{", "}", ",", "0", "-", "/", "x", "\\"]) + text.slice(at + random(2));
  }
  return text.toWellFormed?.() ?? text;
};

/** What socket.io-parser makes of it, in the same shape; the attachments are markers. */
const reference = (text) => {
  const decoder = new Decoder();
  try {
    const p = decoder.decodeString(text);
    const shown = { type: p.type, attachments: p.attachments ?? 0, nsp: p.nsp, id: p.id ?? null, payload: p.data ?? null };
    const copy = JSON.parse(JSON.stringify(shown));
    if (p.attachments) {
      let done = false;
      decoder.on("decoded", () => (done = true));
      decoder.add(text);
      for (let i = 0; i < p.attachments; ++i) decoder.add(Buffer.from([i]));
      assert.ok(done);
    }
    return { ...copy, raw: p.data };
  } catch (error) {
    return { error: error.message };
  }
};

/** Where Duplex is meant to be stricter: JavaScript's Number() takes more than digits, and bounds are ours (robustness S2, S6, S10). */
const explained = (text, ours, theirs) => {
  if (!ours.error || theirs.error) return false;
  if (!/^[0-6]/.test(text)) return true; // Number("") and Number(" ") are 0
  if (/^[56]/.test(text) && !/^[56][0-9]+-/.test(text)) return true; // Number("1e0")
  if (/^.(?:[0-9]*-)?(?:\/[^,]*,?)?[0-9]*\s/.test(text)) return true; // a space counts as a digit
  if (/^.(?:[0-9]*-)?(?:\/[^,]*,?)?[0-9]{17}/.test(text) || theirs.id > Number.MAX_SAFE_INTEGER) return true;
  if (ours.error.startsWith("the namespace") && /[?\x00-\x1f\x7f]|\.\./.test(theirs.nsp)) return true;
  return ours.error.startsWith("a placeholder") && /0\.5/.test(text); // buffers[0.5] is undefined
};

const texts = Array.from({ length: Number(count) }, packet);
const output = execFileSync(program, { input: texts.map((t) => Buffer.from(t).toString("hex")).join("\n") + "\n", maxBuffer: 1 << 30 });
const lines = output.toString().trimEnd().split("\n");
assert.equal(lines.length, texts.length);
const tally = { same: 0, refused: 0, stricter: 0 };
texts.forEach((text, i) => {
  const ours = JSON.parse(lines[i]);
  const theirs = reference(text);
  if (explained(text, ours, theirs)) return ++tally.stricter;
  const where = `packet ${i}: ${JSON.stringify(text)}\nDuplex: ${lines[i]}\nsocket.io-parser: ${JSON.stringify(theirs)}`;
  assert.equal(Boolean(ours.error), Boolean(theirs.error), where);
  if (ours.error) return ++tally.refused;
  for (const key of ["type", "attachments", "nsp", "id"]) assert.deepEqual(ours[key], theirs[key], `${key}, ${where}`);
  const payload = JSON.stringify(theirs.raw ?? null).replaceAll('"_placeholder":true', '"_placeholder":1'); // a relayed view is disarmed
  assert.equal(JSON.stringify(ours.payload), payload, where);
  if (Array.isArray(theirs.raw)) assert.equal(JSON.stringify(ours.values), payload, where);
  if ((ours.type === 2 || ours.type === 5) && theirs.raw) assert.equal(ours.name, String(theirs.raw[0]), where);
  const again = new Decoder().decodeString(ours.again);
  assert.deepEqual(again, new Decoder().decodeString(text), where);
  ++tally.same;
});
assert.ok(tally.same > texts.length / 10 && tally.refused > texts.length / 10, "the packets are of too few kinds");
console.log(`${texts.length} packets: ${tally.same} decoded alike, ${tally.refused} refused alike, ${tally.stricter} refused by Duplex alone`);

// SPDX-License-Identifier: MIT
// Gives the same payloads to Duplex's reader and to engine.io-parser 2, and fails on any difference that is not listed in
// `explained`. Usage: node eio_v3_parser_differential.mjs <eio_v3_decode> [payloads] [seed]
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import parser from "engine.io-parser-2";

const [program, count = "50000", seed = "1"] = process.argv.slice(2);

let state = BigInt(seed) * 2862933555777941757n + 3037000493n;
const random = (n) => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number(state >> 33n) % n;
};
const pick = (list) => list[random(list.length)];

const types = Object.keys(parser.packets);
const texts = ["", "hello", "é€", "👋", "4:4", "1:2", ":", "9", "\u0000", "a".repeat(300), "👋é".repeat(40), "\ufffd", "b4AQID", '2["x",1]'];
const bytes = () => Buffer.from(Array.from({ length: pick([0, 1, 2, 3, 9, 10, 11, 120]) }, () => pick([0, 1, 4, 9, 0x34, 0x80, 0xff])));
const packet = () => (random(3) === 0 ? { type: "message", data: bytes() } : { type: random(3) ? "message" : pick(types), data: pick(texts) });
const encode = (packets, supportsBinary) => {
  let payload;
  parser.encodePayload(packets, supportsBinary, (data) => (payload = data));
  return payload;
};
const mutate = (data) => {
  const at = random(data.length + 1), more = Buffer.from(pick([[], [], [0], [1], [4], [9], [255], [0x30], [0x31], [0x3a], [0x34], [0x62], [0x20], [0xf0, 0x9f, 0x91, 0x8b], [0x2d], [0x65]]));
  return Buffer.concat([data.subarray(0, at), more, data.subarray(Math.min(data.length, at + random(3)))]);
};
const payload = () => {
  const data = encode(Array.from({ length: 1 + random(4) }, packet), random(2) === 1);
  let raw = Buffer.from(data);
  const form = typeof data === "string" ? "text" : "binary";
  for (let n = pick([0, 0, 1, 1, 2]); n > 0; --n) raw = mutate(raw);
  if (form === "text") raw = Buffer.from(raw.toString());  // a request's body is decoded before it is parsed
  return { form, raw };
};

/** What engine.io-parser makes of it: the packets before the first that is none. */
const reference = ({ form, raw }) => {
  const packets = [];
  let failed = false;
  parser.decodePayload(form === "text" ? raw.toString() : raw, (decoded) => {
    if (decoded.type === "error") failed = true;
    if (failed) return false;
    const isBytes = Buffer.isBuffer(decoded.data);
    packets.push({ type: parser.packets[decoded.type] ?? -1, bytes: isBytes, data: Buffer.from(decoded.data ?? "").toString("hex") });
  });
  return { packets, failed };
};

/** Where Duplex is stricter: only digits are a length, no character is cut in two, what is announced is there, bytes are
 *  messages, base64 is base64, and a text is UTF-8. */
const explained = ({ form, raw }) => {
  const isPacket = (text) => !text.startsWith("b") || /^b4(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text);
  if (form === "text") {
    for (let text = raw.toString(); text !== "";) {
      const length = /^\d{1,10}:/.exec(text);
      if (!length) return true;
      const from = length[0].length, n = Number.parseInt(length[0]);
      const part = text.slice(from, from + n);
      if (/[\ud800-\udfff]/u.test(part) || !isPacket(part)) return true;
      text = text.slice(from + n);
    }
    return false;
  }
  for (let rest = raw; rest.length > 0;) {
    const end = rest.indexOf(255, 1), digits = rest.subarray(1, end);
    if (rest[0] > 1 || end < 2 || digits.length > 10 || digits.some((digit) => digit > 9)) return true;
    const n = Number(digits.join("")), part = rest.subarray(end + 1, end + 1 + n);
    if (part.length < n) return true;
    if (rest[0] === 1 ? part[0] !== 4 : !Buffer.from(part.toString()).equals(part) || !isPacket(part.toString())) return true;
    rest = rest.subarray(end + 1 + n);
  }
  return false;
};

const payloads = Array.from({ length: Number(count) }, payload);
const input = payloads.map(({ form, raw }) => `${form} ${raw.toString("hex")}`).join("\n") + "\n";
const lines = execFileSync(program, { input, maxBuffer: 1 << 30 }).toString().trimEnd().split("\n");
assert.equal(lines.length, payloads.length);
const tally = { same: 0, refused: 0, stricter: 0 };
payloads.forEach((each, i) => {
  const { packets, failed, again } = JSON.parse(lines[i]), theirs = reference(each);
  const where = `payload ${i} (${each.form}): ${each.raw.toString("hex")}\nDuplex: ${lines[i]}\nengine.io-parser: ${JSON.stringify(theirs)}`;
  const alike = JSON.stringify(packets) === JSON.stringify(theirs.packets);
  // In binary form it decodes nothing before it has split everything.
  if (failed && theirs.failed && (alike || each.form === "binary")) return ++tally.refused;
  if (failed && explained(each)) return ++tally.stricter;
  assert.equal(failed, theirs.failed, where);
  assert.ok(alike, where);
  assert.deepEqual(reference({ form: each.form, raw: Buffer.from(again, "hex") }).packets, packets, where);
  ++tally.same;
});
assert.ok(tally.same > payloads.length / 5 && tally.stricter > 0 && tally.refused > 0, `the payloads are of too few kinds: ${JSON.stringify(tally)}`);
console.log(`${payloads.length} payloads: ${tally.same} read alike, ${tally.refused} refused alike, ${tally.stricter} refused by Duplex alone, or earlier`);

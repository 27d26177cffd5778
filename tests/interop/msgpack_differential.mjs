// SPDX-License-Identifier: MIT
// Gives the same values and packets to Duplex and to npm notepack.io and socket.io-msgpack-parser, both ways, and fails on
// any difference that is not listed in `explained`. Usage: node msgpack_differential.mjs <msgpack_codec> [values] [seed]
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { types } from "node:util";
import parser from "socket.io-msgpack-parser";

const notepack = createRequire(createRequire(import.meta.url).resolve("socket.io-msgpack-parser"))("notepack.io");
const [program, count = "5000", seed = "1"] = process.argv.slice(2);

let state = BigInt(seed) * 2862933555777941757n + 3037000493n;
const random = (n) => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number(state >> 33n) % n;
};
const pick = (list) => list[random(list.length)];

/** Values that JSON has too. Integers from 2^64 on are left out: notepack loses their upper bits. */
const edges = [0, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0xffffffff, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 2 ** 64 - 2048, -1, -0x20, -0x21, -0x80,
  -0x81, -0x8000, -0x8001, -0x80000000, -0x80000001, -(2 ** 53), -(2 ** 63)];
const number = () => pick([() => pick(edges), () => random(300) - 150, () => random(2 ** 31) * 2 ** random(32), () => -random(2 ** 31) * 2 ** random(32),
  () => random(1e9) / 7, () => -1e-7, () => 1.5e-300, () => 5e-324, () => -0])();
const text = () => pick([() => "", () => "é😀", () => 'q"\\\n\u0000\u007f', () => "x".repeat(random(40)), () => "ю".repeat(random(300)), () => "w".repeat(pick(random(100) ? [31, 32, 255, 256] : [65535, 65536])),
  () => String.fromCodePoint(...Array.from({ length: random(8) }, () => pick([0x20 + random(0x5f), 0x80 + random(0x700), 0x1f300 + random(0x300)])))])();
const name = () => pick(["a", "b", "c d", "é", "7", "10", "_placeholder", "num", "constructor", "__proto__"]);
const bytes = () => Buffer.from(Array.from({ length: pick([0, 1, 5, 31, 32, 255, 256, 300]) }, () => random(256)));
const members = (n, make) => {
  const object = {};
  for (let i = 0; i < n; ++i) Object.defineProperty(object, n > 12 ? `k${i}` : name(), { value: make(), enumerable: true, configurable: true, writable: true });
  return object;
};
const size = (depth) => pick(depth > 0 || random(8) ? [0, 1, 2, 3] : [15, 16, 17]);
const value = (depth, exotic) => {
  const inner = () => value(depth + 1, exotic);
  switch (depth > 3 ? 0 : random(7)) {
    case 1: return Array.from({ length: size(depth) }, inner);
    case 2: return members(size(depth), inner);
    case 3: return bytes();
    case 4: return exotic ? pick([() => undefined, () => new Date(random(2 ** 31) * 1000 + random(1000)), () => new Date(-random(2 ** 31) * 30_001), () => new Date(pick([0, -1, 8.64e15, -8.64e15, -62167219200001, 253402300800000, 951782400000])),
      () => NaN, () => Infinity, () => -Infinity, () => new Uint8Array(bytes()).buffer])() : null;
    case 5: return pick([null, true, false]);
    case 6: return text();
    default: return number();
  }
};

// By what they are, not by `instanceof`: notepack takes an object's prototype from a member named `__proto__`.
/** A value as JSON.stringify would have it, its binaries as {$: hex}: what handlers see, whatever the parser. */
const plain = (v) => {
  if (types.isArrayBuffer(v)) return { $: Buffer.from(v).toString("hex") };
  if (types.isUint8Array(v)) return { $: v.toString("hex") };
  if (types.isDate(v)) return v.toJSON();
  if (Array.isArray(v)) return v.map((each) => plain(each) ?? null);
  if (v !== null && typeof v === "object") return Object.fromEntries(Object.entries(v).filter(([, each]) => each !== undefined).map(([key, each]) => [key, plain(each)]));
  if (typeof v === "number") return Number.isFinite(v) ? v + 0 : null;
  return v ?? null;
};
/** The same of Duplex's JSON and binaries. */
const filled = (json, binaries) => JSON.parse(json, (_, v) => (v?._placeholder === true ? { $: binaries[v.num] } : v));
/** A map of a client's that only looks like a placeholder is disarmed. */
const disarmed = (v) => {
  if (Array.isArray(v)) return v.map(disarmed);
  if (v === null || typeof v !== "object") return v;
  return Object.fromEntries(Object.entries(v).map(([key, each]) => [key, key === "_placeholder" && each === true ? 1 : disarmed(each)]));
};
/** JSON text with placeholders, as json::Writer writes it. */
const packed = (v) => {
  const binaries = [];
  const json = JSON.stringify(v, function (key) {
    const each = this[key];
    if (!Buffer.isBuffer(each)) return each;
    return { _placeholder: true, num: binaries.push(each) - 1 };
  });
  return { json, binaries };
};
const same = (a, b, what) => assert.equal(JSON.stringify(a), JSON.stringify(b), what);
/** notepack writes the bytes of a typed array as an extension; Duplex, that has no such thing, as bin. */
const asBin = (v) => {
  if (types.isArrayBuffer(v)) return Buffer.from(v);
  if (Array.isArray(v)) return v.map(asBin);
  if (v === null || typeof v !== "object" || Buffer.isBuffer(v) || v instanceof Date) return v;
  const copy = {};
  for (const [key, each] of Object.entries(v)) Object.defineProperty(copy, key, { value: asBin(each), enumerable: true });
  return copy;
};

/** JSON says 2 ** 62 as 4611686018427388000, which is another integer and the same double: Duplex keeps its digits. */
const holdsLargeInteger = (v) =>
  typeof v === "number" ? Number.isInteger(v) && !Number.isSafeInteger(v) : v !== null && typeof v === "object" && !Buffer.isBuffer(v) && Object.values(v).some(holdsLargeInteger);

const n = Number(count);
const checks = [];

for (let i = 0; i < n; ++i) {
  const v = value(0, true);
  const wire = notepack.encode(v);
  checks.push([`value ${wire.toString("hex")}`, (ours) => {
    assert.equal(ours.error, undefined);
    assert.equal(ours.again, notepack.encode(asBin(v)).toString("hex"), "written again");
    same(filled(ours.json, ours.binaries), disarmed(plain(notepack.decode(wire))), "as JSON");
    return "values read and written again";
  }]);
}

for (let i = 0; i < n; ++i) {
  const v = value(0, false);
  const { json, binaries } = packed(v);
  checks.push([`json ${Buffer.from(json).toString("hex")} ${binaries.map((each) => each.toString("hex") || "-").join(" ")}`, (ours) => {
    const theirs = notepack.encode(v);
    if (!holdsLargeInteger(v)) assert.equal(ours.bytes, theirs.toString("hex"));
    same(plain(notepack.decode(Buffer.from(ours.bytes, "hex"))), plain(notepack.decode(theirs)));
    return "values written from JSON";
  }]);
}

// What notepack loses: integers that do not fit into 64 bits are zero, or anything. To Duplex they are numbers as others.
for (const [large, lost] of [[1.5e300, "cf0000000000000000"], [2 ** 64, "cf0000000000000000"], [-1e30, null]]) {
  checks.push([`json ${Buffer.from(JSON.stringify(large)).toString("hex")} `, (ours) => {
    if (lost) assert.equal(notepack.encode(large).toString("hex"), lost);
    assert.equal(notepack.decode(Buffer.from(ours.bytes, "hex")), large);
    return "numbers that notepack loses";
  }]);
}

/** Where Duplex is meant to be stricter than the npm parser: the rules of the JSON parser, and its own bounds. */
const explained = (ours) => /reserved|neither a string|not UTF-8|nested too deep|the namespace|too many binaries|the ack id|does not fit the type/.exec(ours.error)?.[0];
const reference = (wire) => {
  const decoder = new parser.Decoder();
  let packet;
  decoder.on("decoded", (decoded) => (packet = decoded));
  try {
    decoder.add(wire);
  } catch (error) {
    return { error: error.message };
  }
  return packet;
};
/** May hold an ext 32 of type 0 that says it is longer than the packet: notepack makes an ArrayBuffer of up to 4 GiB and fills it, byte by byte. */
const costsMemory = (wire) => wire.some((byte, at) => byte === 0xc9 && at + 5 < wire.length && wire[at + 5] === 0 && wire.readUInt32BE(at + 1) > 1e6);
const packet = () => {
  const type = random(12) ? random(5) : pick([5, -1, 1.5, "2", null, 255, 2.0]);
  const args = () => [pick(["say", "say", "é", "connect", "disconnect", 5, null, {}]), value(1, true), value(2, true)].slice(0, 1 + random(3));
  const data = random(8) ? [() => ({ token: text() }), () => undefined, args, () => [value(2, true)], () => pick(["no", { message: "no" }])][type] ?? args : () => value(2, true);
  const p = {};
  const fields = [["type", () => type], ["data", data], ["nsp", () => pick(["/", "/", "/", "/admin", "/é", "", "x", "/a?b", 5, null])], ["id", () => pick([undefined, 0, 7, 2 ** 32, 2 ** 53 - 1, 2 ** 53, -1, 0.5, "1", null])]];
  if (random(2)) fields.reverse();
  for (const [field, make] of fields) if (random(field === "id" ? 2 : 25)) p[field] = make();
  if (!random(10)) p.more = value(2, true);
  return p;
};
for (let i = 0; i < 2 * n; ++i) {
  let wire = notepack.encode(random(20) ? packet() : value(0, true));
  if (i % 2) {
    // Broken: a byte changed, taken or added.
    const at = random(wire.length);
    wire = Buffer.concat([wire.subarray(0, at), pick([Buffer.alloc(0), Buffer.from([random(256)]), Buffer.from([pick([0xc1, 0xdd, 0xdf, 0xc6, 0xdb, 0xc9, 0xff])])]), wire.subarray(at + random(2))]);
  }
  checks.push([`packet ${wire.toString("hex")}`, (ours) => {
    if (costsMemory(wire)) return "packets left out: notepack might take gigabytes for them";
    const theirs = reference(wire);
    if (ours.error && !theirs.error) {
      assert.ok(explained(ours), `only Duplex refuses: ${ours.error}`);
      return "packets that Duplex alone refuses";
    }
    // A map whose prototype a client made an ArrayBuffer's is no object to Object.prototype.toString.
    if (theirs.error === "invalid payload" && wire.includes("__proto__")) return "packets with a prototype of the client's";
    assert.equal(Boolean(ours.error), Boolean(theirs.error), `socket.io-msgpack-parser: ${theirs.error}`);
    if (ours.error) return "packets that both refuse";
    if (/"[0-9]{17,}":/.test(ours.json)) return "packets with a key that is a large integer"; // Duplex keeps its digits
    assert.equal(ours.type, theirs.type);
    assert.equal(ours.nsp, theirs.nsp);
    assert.equal(ours.id ?? undefined, theirs.id);
    if (theirs.data === undefined) assert.equal(ours.json, "");
    else same(filled(ours.json, ours.binaries), disarmed(plain(theirs.data)));
    if (ours.type !== 0) {
      const again = reference(Buffer.from(ours.again, "hex"));
      same([again.type, again.nsp, again.id, plain(again.data)], [ours.type, theirs.nsp, theirs.id, theirs.data === undefined ? null : disarmed(plain(theirs.data))]);
    }
    return "packets that both take";
  }]);
}

const output = execFileSync(program, { input: checks.map(([line]) => line).join("\n") + "\n", maxBuffer: 2 ** 30 });
const lines = output.toString().trimEnd().split("\n");
assert.equal(lines.length, checks.length);
const tally = {};
checks.forEach(([line, check], i) => {
  try {
    const outcome = check(JSON.parse(lines[i]));
    tally[outcome] = (tally[outcome] ?? 0) + 1;
  } catch (error) {
    console.error(`line ${i}, seed ${seed}: ${line.slice(0, 1000)}\nDuplex: ${lines[i].slice(0, 1000)}`);
    throw error;
  }
});
for (const kind of ["packets that both take", "packets that both refuse"]) assert.ok(tally[kind] > n / 10, `too few ${kind}`);
console.log(Object.entries(tally).map(([kind, times]) => `${times} ${kind}`).join(", "));

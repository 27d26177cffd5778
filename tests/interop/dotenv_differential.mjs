// SPDX-License-Identifier: MIT
// Gives the same `.env` texts to Duplex's reader and to npm `dotenv`, and fails on any difference. A table first, then random ones.
// Usage: node dotenv_differential.mjs <dotenv_parse> [random texts] [seed]
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import dotenv from "dotenv";

const [program, count = "60000", seed = "1"] = process.argv.slice(2);

let state = BigInt(seed) * 2862933555777941757n + 3037000493n;
const random = (n) => {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number(state >> 33n) % n;
};
const pick = (list) => list[random(list.length)];

const table = [
  "", "\n", "# nothing but a comment", "A=1", "A=1\nB=2", "A=1\r\nB=2\r\n", "A=1\rB=2", "\uFEFFA=1", "A=1\nA=2",
  // white space
  " A = 1 ", "\tA\t=\t1\t", "A= two words ", "A=\u00a0x\u3000", "A =1", "A\n=\n1", "A=\n1", "A=\n\nB=2", "A=\n'b'\nC=3", "A=\n\n\"b\"", "A=\n# c\nB=2",
  // no value, no key, no assignment
  "A=", "A=\nB=2", "A= # c", "=1", " =1", "A", "A\nB=2", "A B=1", "A+B=1", "é=1", "A é=1", "a.b-c_D9=1", "1=one", "-=dash", ".=dot", "just text\nA=1",
  // YAML's way
  "A: 1", "A:1", "A : 1", "A:\n1", "A:\t'x'", "A:", "A: ", "A:\n", "A:'x'", "A::1",
  // export
  "export A=1", "export  A=1", "export\tA=1", "export\nA=1", " export A=1", "exportA=1", "export=1", "export = 1", "export", "export A", "export A\nB=1", "export export=1",
  "export export A=1", "export: 1", "EXPORT A=1", "export 'A'=1", "export A: 1", "export\u00a0A=1",
  // quotes
  "A='1'", 'A="1"', "A=`1`", "A=''", 'A=""', "A=``", "A=' 1 '", 'A=" 1 "', "A= '1' ", "A='a b'", "A='a' b", 'A="a" b', 'A="a"b', "A='a'b'", 'A="a"b"', "A='it''s'",
  "A=it's", 'A=say "hi"', `A='say "hi"'`, `A="it's"`, "A=`it's \"it\"`", "A='", 'A="', "A='a", 'A="a\nB=2', "A='a\nB='2'", 'A=a"', "A='a\"", "A=''''", 'A="""x"""', "A='a'\n'b'",
  'A="a" "b"', "A='a' # c 'b'", "A='a'# c", "A='a'#'", "A='a' #\nB=2", 'A="#"', "A='# not a comment'", "A=`#`", 'A="a#b', "A='a#b", 'A="a"#b"', "A='a\\'b'", 'A="a\\"b"', "A=`a\\`b`",
  "A='a\\'", "A='a\\\\'", "A='a\\' # b'", "A='a\\'\nB='c'", "A='a\\' x\nB=1", "A='\\' \\' x", 'A="\\"\nB="\\""',
  // several lines
  "A='one\ntwo'\nB=2", 'A="one\ntwo"\nB=2', "A=`one\ntwo`\nB=2", 'A="one\r\ntwo"', 'A="-----BEGIN KEY-----\nMII\n-----END KEY-----\n"', "A='\nB=2\n'\nC=3", 'A="\n\n"', "A='one\n# two\nthree'",
  // escapes
  'A="one\\ntwo"', 'A="one\\rtwo"', 'A="one\\r\\ntwo"', 'A="one\\\\ntwo"', "A='one\\ntwo'", "A=`one\\ntwo`", "A=one\\ntwo", 'A="one\\ttwo"', 'A="a\\nb', 'A="a\\n" b', 'A="\\\\r\\\\n"', 'A= "x\\n"', '"A"="1"',
  // comments
  "A=1#2", "A=1 #2", "A=1 # 2", "A=#1", "A= #1", "#A=1", " # A=1\nB=2", "A=1 # 'x'", "A=1 # \"\nB=2\"", "A=1\n#\n#\nB=2", "A=http://x/#y", "A='http://x/#y'", "#\u2028A=1", "A=1 # c\u2028B=2",
  // what is no expansion here, and text beyond ASCII
  "A=$B", "A=${B}", "A=$(date)", "A=\\$B", "A=a=b", "A==b", "A=é😀", "A='é😀'", 'A={"a":"b"}', "A=a;b&c|d", "A=\0", "A=a\0b", "A=\u2028'x'", "A='x'\u2028", "A=\u2028'x'\u2028'y'\u2029z",
  "A=x\u2028'y'\u2028", "A=\"a\u2028b\"", "A=\"a\"\u2028b", "A='a'\u2028\"b\"", "A='\u2028\"\u2028'a\u2028\"", "A=1\u2028B=2", "A\u2028=1",
].map((text) => Buffer.from(text));
// what is not UTF-8
for (const bytes of ["413dff", "413de282", "413de282ac", "413df09f98", "413dc080", "413deda080", "413d27f0909027", "ff413d31", "413df48fbfbf", "413df4908080", "413de1a0c0", "413df18041"])
  table.push(Buffer.from(bytes, "hex"));

const pieces = ["A", "B", "key", "export", "export ", "=", "=", "=", ":", ": ", "'", "'", '"', '"', "`", "`", "\\", "\\", "\\n", "\\r", "#", " #", " ", " ", "\t", "\n", "\n", "\n", "\r\n", "\r",
  "x", "two words", "$", "é", "\u00a0", "\u2028", "\ufeff", "\\'", '\\"', "\\`", "A=", "B=", "A='", 'A="', "A=`", "'\n", '"\n', "`\n", "' #", "."];
const line = () => pick(["A", "B", "export C", " D ", "export", "e-f.g"]) + pick(["=", "= ", " = ", ": ", "=\n"]) +
  pick([() => "", () => "x", () => "two words", () => "x # c", () => { const q = pick(["'", '"', "`"]); return q + Array.from({ length: random(6) }, () => pick(pieces)).join("") + q; }])() +
  pick(["\n", "\n", "\n", "\r\n", " # c\n", "x\n", ""]);
const text = () => Buffer.from(Array.from({ length: 1 + random(12) }, () => (random(5) ? pick(pieces) : line())).join(""));
const bytes = () => {  // bytes that are not always UTF-8
  const made = text();
  for (let n = random(4); n > 0 && made.length > 0; --n) made[random(made.length)] = pick([0x80, 0xbf, 0xc3, 0xe2, 0xed, 0xa0, 0xf0, 0xf4, 0x90, 0xff, 0x00]);
  return made;
};

const texts = [...table, ...Array.from({ length: Number(count) }, () => (random(6) ? text() : bytes()))];
const lines = execFileSync(program, { input: texts.map((t) => t.toString("hex") + "\n").join(""), maxBuffer: 1 << 30 }).toString().trimEnd().split("\n");
assert.equal(lines.length, texts.length);

let differences = 0, values = 0;
texts.forEach((text, i) => {
  const theirs = dotenv.parse(text.toString("utf8"));
  values += Object.keys(theirs).length;
  try {
    assert.deepEqual(JSON.parse(lines[i]), { ...theirs });
  } catch {
    if (++differences <= 5) console.log(`${JSON.stringify(text.toString("latin1"))}\n  dotenv ${JSON.stringify(theirs)}\n  duplex ${lines[i]}`);
  }
});
assert.ok(values > texts.length / 2, "the random texts hold assignments");
console.log(`${table.length} texts of the table, ${texts.length - table.length} random ones, ${values} values: ${differences} differences from npm dotenv`);
console.log(`${differences ? 0 : 1} passed, ${differences ? 1 : 0} failed`);
process.exit(differences ? 1 : 0);

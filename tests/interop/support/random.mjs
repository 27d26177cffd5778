// SPDX-License-Identifier: MIT
// Random numbers that come again with the same seed: DUPLEX_TEST_SEED=7 repeats a run. (mulberry32)
export const seed = process.env.DUPLEX_TEST_SEED ? Number(process.env.DUPLEX_TEST_SEED) : Date.now() % 1_000_000;

let state = seed;
/** At least 0, below 1. */
export function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/** An integer from 0 to `most`. */
export const upTo = (most) => Math.floor(random() * (most + 1));

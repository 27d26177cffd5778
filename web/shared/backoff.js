// SPDX-License-Identifier: MIT
// How long to wait before the next try: doubling, capped, and random over its upper half, so that a thousand pages do not
// come back in the same instant.
export function backoff({ first = 500, most = 10_000 } = {}) {
  let tries = 0;
  return {
    next: () => {
      const whole = Math.min(most, first * 2 ** tries++);
      return whole / 2 + Math.random() * (whole / 2);
    },
    reset: () => (tries = 0),
  };
}

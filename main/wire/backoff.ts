/** Waiting times between attempts to reconnect: doubling, capped, and jittered so that banks don't come back as one. */
import type { Random } from '#main/platform/ports.ts';

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/** Delay before the attempt after `failures` failed ones (1, 2, …): half of the doubled delay, plus up to as much again. */
export function backoffMs(failures: number, random: Random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 16));
  const [high = 0, low = 0] = random.bytes(2);
  return full / 2 + (full / 2) * ((high * 256 + low) / 65_536);
}

/** Random bytes from a seed: SHA-256 in counter mode, so that tests repeat exactly on every machine. */
import { createHash } from 'node:crypto';
import type { Random } from '../../main/platform/ports.ts';

export function seededRandom(seed: number | string): Random {
  let block = 0;
  let left: Uint8Array = new Uint8Array(0);
  const nextBlock = (): Uint8Array =>
    createHash('sha256')
      .update(`${String(seed)}/${String(block++)}`)
      .digest();
  return {
    bytes: (length) => {
      const out = new Uint8Array(length);
      for (let filled = 0; filled < length;) {
        if (left.length === 0) left = nextBlock();
        const taken = left.subarray(0, length - filled);
        out.set(taken, filled);
        filled += taken.length;
        left = left.subarray(taken.length);
      }
      return out;
    },
  };
}

/** A generator that failed: the same byte for ever. */
export function constantRandom(byte: number): Random {
  return { bytes: (length) => new Uint8Array(length).fill(byte) };
}

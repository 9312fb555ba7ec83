/** AES-256 in counter mode under a fresh key from the Random port: the chance behind sampling and noise. */
import { createCipheriv } from 'node:crypto';
import type { Keystream } from '../../learning/dp-sgd/keystream.ts';
import type { Random } from '../ports.ts';

const KEY_BYTES = 32;
const COUNTER_BYTES = 16;

/** One for each training; never stored, never used twice, so that no draw can be reproduced (privacy.md 2f.1). */
export function aesKeystream(random: Random): Keystream {
  const seed = random.bytes(KEY_BYTES + COUNTER_BYTES);
  const cipher = createCipheriv('aes-256-ctr', seed.subarray(0, KEY_BYTES), seed.subarray(KEY_BYTES));
  seed.fill(0);
  let zeros = new Uint8Array();
  return {
    bytes: (length) => {
      if (zeros.length < length) zeros = new Uint8Array(length);
      return cipher.update(zeros.subarray(0, length));
    },
  };
}

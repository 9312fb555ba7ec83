import { createCipheriv } from 'node:crypto';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import { expect, it } from 'vitest';
import { seededRandom } from '../../../fakes/random.ts';

it('is AES-256 in counter mode under the key and counter of the Random port', () => {
  const seed = seededRandom('key').bytes(48);
  const cipher = createCipheriv('aes-256-ctr', seed.subarray(0, 32), seed.subarray(32));
  const expected = Uint8Array.from(cipher.update(new Uint8Array(100)));
  const stream = aesKeystream(seededRandom('key'));
  // one stream, however it is cut
  expect(Uint8Array.from([...stream.bytes(1), ...stream.bytes(40), ...stream.bytes(59)])).toEqual(expected);
});

it('leaves no copy of the key in the bytes it was given', () => {
  let given = new Uint8Array();
  aesKeystream({
    bytes: (length) => {
      given = new Uint8Array(length).fill(7);
      return given;
    },
  });
  expect(given).toHaveLength(48);
  expect(given.every((byte) => byte === 0)).toBe(true);
});

import { expect, it } from 'vitest';
import { newId, systemRandom } from '../../../main/platform/random.ts';
import { RoundId } from '../../../shared/ids.ts';
import { seededRandom } from '../../fakes/random.ts';

it('makes ids that their schema takes, and another one each time', () => {
  const ids = Array.from({ length: 100 }, () => newId(systemRandom, 'rnd', RoundId));
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(RoundId.safeParse(id).success).toBe(true);
});

it('refuses a prefix that the schema does not know', () => {
  expect(() => newId(systemRandom, 'bnk', RoundId)).toThrow();
});

it('fills every byte', () => {
  const bytes = systemRandom.bytes(100_000);
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  // 100,000 uniform bytes: each value 391 ± 20; six deviations
  expect(Math.min(...counts)).toBeGreaterThan(270);
  expect(Math.max(...counts)).toBeLessThan(510);
});

it('seeded: the same bytes however they are asked for', () => {
  const whole = seededRandom(7).bytes(100);
  const pieces = seededRandom(7);
  const joined = [pieces.bytes(3), pieces.bytes(64), pieces.bytes(33)].flatMap((piece) => [...piece]);
  expect(joined).toEqual([...whole]);
  expect([...seededRandom(8).bytes(100)]).not.toEqual([...whole]);
});

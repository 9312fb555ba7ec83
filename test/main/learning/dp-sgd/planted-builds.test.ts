/** The statistics of `prove privacy noise`, run on the real pipeline: they accept it and refuse every planted wrong build. */
import { describe, expect, it } from 'vitest';
import { noiseRows } from '../../../proof/privacy/noise.ts';

const rows = noiseRows('planted builds');

describe.each(['accepted', 'refused'] as const)('%s', (expected) => {
  it.each(rows.filter((row) => row.expected === expected))('$build: $statistic', ({ verdict }) => {
    expect(verdict).toBe(expected);
  });
});

it('names every wrong build that the specification lists', () => {
  const refused = new Set(rows.filter(({ expected }) => expected === 'refused').map(({ build }) => build));
  for (const words of [/variance/, /× 0.9/, /1.2 C/, /shuffled/, /once/, /32-bit/])
    expect([...refused].some((build) => words.test(build))).toBe(true);
});

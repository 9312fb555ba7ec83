import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEpsilonUp, formatRemainingDown, roundDown, roundUp } from '#shared/privacy/format.ts';

describe('ε on screen', () => {
  it.each([
    [0, '0.00'],
    [0.0001, '0.01'],
    [2.31, '2.31'],
    [2.3100000001, '2.32'],
    [2.309999, '2.31'],
    [3.999, '4.00'],
    [Infinity, '∞'],
  ])('shows a spend of %d as %s', (epsilon, text) => {
    expect(formatEpsilonUp(epsilon)).toBe(text);
  });

  it.each([
    [0.0099, '0.00'],
    [1.69, '1.69'],
    [1.6899999, '1.68'],
    [-0.2, '0.00'],
    [Infinity, '∞'],
  ])('shows a rest of %d as %s', (epsilon, text) => {
    expect(formatRemainingDown(epsilon)).toBe(text);
  });

  it('takes more digits where asked', () => {
    expect(formatEpsilonUp(0.12341, 4)).toBe('0.1235');
    expect(formatRemainingDown(0.12349, 4)).toBe('0.1234');
  });

  it('never rounds to the pleasant side', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), (epsilon) => {
        expect(roundUp(epsilon, 2)).toBeGreaterThanOrEqual(epsilon);
        expect(roundUp(epsilon, 2) - epsilon).toBeLessThan(0.0100001);
        expect(roundDown(epsilon, 2)).toBeLessThanOrEqual(epsilon);
      }),
    );
  });
});

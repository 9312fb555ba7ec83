import { describe, expect, it } from 'vitest';
import {
  bytesText,
  deltaText,
  durationText,
  epsilonLeft,
  epsilonSpent,
  figure,
  inFours,
  roundNumber,
  shortDigest,
  tickFigures,
  timeLeftText,
} from '../../../renderer/ui/format.ts';

describe('ε on the screen', () => {
  it('rounds what is spent up, so that no screen promises more than there is', () => {
    expect(epsilonSpent(2.3001)).toBe('2.31');
    expect(epsilonSpent(2.31)).toBe('2.31');
    expect(epsilonSpent(0.0848)).toBe('0.085');
    expect(epsilonSpent(Infinity)).toBe('∞');
  });

  it('rounds what remains down and never shows less than nothing', () => {
    expect(epsilonLeft(1.6999)).toBe('1.69');
    expect(epsilonLeft(-0.2)).toBe('0.00');
    expect(epsilonLeft(0.0846)).toBe('0.084');
    // Zeros are written alike, however little is left.
    expect(epsilonLeft(0.0004)).toBe('0.00');
    expect(epsilonLeft(0)).toBe('0.00');
  });

  it('shows spent and left that never add up to more than the budget', () => {
    for (let spent = 0.1; spent < 4; spent += 0.0137) {
      expect(Number(epsilonSpent(spent)) + Number(epsilonLeft(4 - spent))).toBeLessThanOrEqual(4.0101);
      expect(Number(epsilonSpent(spent))).toBeGreaterThanOrEqual(spent);
      expect(Number(epsilonLeft(4 - spent))).toBeLessThanOrEqual(4 - spent + 1e-12);
    }
  });
});

it('writes δ short', () => {
  expect(deltaText(5e-7)).toBe('5e-7');
  expect(deltaText(7.4e-7)).toBe('7.4e-7');
});

it('says how long with two units at most, and no empty second one', () => {
  expect(durationText(6_134_000)).toBe('1 h 42 min');
  expect(durationText(7_200_000)).toBe('2 h');
  expect(durationText(59_999)).toBe('59 s');
  expect(durationText(250_000)).toBe('4 min 10 s');
  expect(durationText(3 * 86_400_000)).toBe('3 d');
});

it('says what is left roughly, and nothing while nothing is known', () => {
  expect(timeLeftText(null)).toBeNull();
  expect(timeLeftText(3)).toBe('about 5 s left');
  expect(timeLeftText(96)).toBe('about 2 min left');
});

it('writes sizes in decimal units', () => {
  expect(bytesText(812)).toBe('812 B');
  expect(bytesText(34_824)).toBe('35 KB');
  expect(bytesText(24_417_503)).toBe('24.4 MB');
});

it('groups digests by four and shortens them without losing both ends', () => {
  expect(inFours('9c1fa0b2')).toEqual(['9c1f', 'a0b2']);
  expect(shortDigest(`9c1fa0b2${'0'.repeat(52)}77e2`)).toBe('9c1f a0b2 … 77e2');
});

it('counts rounds from 1 for people', () => {
  expect(roundNumber(13)).toBe(14);
});

it('gives all ticks of an axis the same decimals, enough for its steps', () => {
  expect([0, 7, 14, 21, 28].map(tickFigures(26))).toEqual(['0.0', '7.0', '14.0', '21.0', '28.0']);
  expect([0, 0.75, 1.5].map(tickFigures(1.2))).toEqual(['0.00', '0.75', '1.50']);
  expect([0, 0.125, 0.25].map(tickFigures(0.21))).toEqual(['0.000', '0.125', '0.250']);
  expect([0, 250, 500].map(tickFigures(480))).toEqual(['0', '250', '500']);
});

it('puts no minus before what rounds to zero', () => {
  expect(figure(-0.0004)).toBe('0.000');
  expect(figure(-0.0006)).toBe('-0.001');
});

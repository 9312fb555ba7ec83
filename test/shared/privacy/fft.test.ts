import { describe, expect, it } from 'vitest';
import {
  complexVector,
  forwardTransform,
  inverseTransform,
  multiplySpectrum,
  packSpectra,
  raiseSpectrum,
  unpackSpectra,
} from '#shared/privacy/fft.ts';

const LENGTH = 16;
const FIRST = [0.5, 0.3, 0.15, 0.05];
const SECOND = [0.1, 0.2, 0.3, 0.4];

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const sum = new Array<number>(LENGTH).fill(0);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      sum[(i + j) % LENGTH] = (sum[(i + j) % LENGTH] ?? 0) + x * y;
    });
  });
  return sum;
}

function packed(first: readonly number[], second: readonly number[]): ReturnType<typeof complexVector> {
  const vector = complexVector(LENGTH);
  vector.re.set(first);
  vector.im.set(second);
  return vector;
}

function expectClose(actual: Float64Array, expected: readonly number[]): void {
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 14);
  });
}

describe('Fourier transform', () => {
  it('comes back to where it started', () => {
    const vector = packed(FIRST, SECOND);
    forwardTransform(vector);
    inverseTransform(vector);
    expectClose(vector.re, [...FIRST, 0, 0]);
    expectClose(vector.im, [...SECOND, 0, 0]);
  });

  it('refuses a length that is not a power of two', () => {
    expect(() => {
      forwardTransform(complexVector(12));
    }).toThrow(RangeError);
  });

  it('convolves two real sequences at once, each with itself, and the results with others', () => {
    const spectra = (first: readonly number[], second: readonly number[], power: number) => {
      const vector = packed(first, second);
      forwardTransform(vector);
      const pair = unpackSpectra(vector);
      raiseSpectrum(pair.first, power);
      raiseSpectrum(pair.second, power);
      return pair;
    };
    const pair = spectra(FIRST, SECOND, 3);
    const other = spectra(SECOND, FIRST, 1);
    multiplySpectrum(pair.first, other.first);
    multiplySpectrum(pair.second, other.second);
    const result = packSpectra(pair, LENGTH);
    inverseTransform(result);
    expectClose(result.re, convolve(convolve(convolve(FIRST, FIRST), FIRST), SECOND));
    expectClose(result.im, convolve(convolve(convolve(SECOND, SECOND), SECOND), FIRST));
  });
});

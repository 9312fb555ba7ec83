import { describe, expect, it } from 'vitest';
import {
  drawEqually,
  lossOf,
  membershipFigures,
  truePositiveCap,
} from '#main/learning/attacks/membership.ts';
import { publicNormal, publicRandom } from '#main/learning/model/public-random.ts';

const random = publicRandom(6);
const normals = (count: number, shift: number): Float64Array =>
  Float64Array.from({ length: count }, () => shift + publicNormal(random));

describe('membership by the loss', () => {
  it('counts pairs, ties by half', () => {
    const { auc } = membershipFigures(Float64Array.of(1, 2, 3), Float64Array.of(0, 2, 2.5));
    expect(auc).toBeCloseTo((1 + (1 + 0.5) + 3) / 9, 12);
  });

  it('has an interval that holds one half where nothing is to be told, and not where something is', () => {
    const nothing = membershipFigures(normals(2000, 0), normals(2000, 0));
    expect(Math.abs(nothing.auc - 0.5)).toBeLessThan(nothing.margin + 0.01);
    const something = membershipFigures(normals(2000, 0.3), normals(2000, 0));
    expect(something.auc - something.margin).toBeGreaterThan(0.5);
    expect(something.truePositiveRate).toBeGreaterThan(0.012);
  });

  it('finds those above all but one in a hundred others, and says nothing about fewer than a hundred', () => {
    const others = Float64Array.from({ length: 200 }, (_, i) => i);
    expect(membershipFigures(Float64Array.of(197.5, 197, 199, 5), others).truePositiveRate).toBe(0.5);
    expect(membershipFigures(Float64Array.of(1), others.subarray(0, 99)).truePositiveRate).toBeNull();
  });

  it('is capped by ε from both sides', () => {
    expect(truePositiveCap(1, 1e-5, 0.01)).toBeCloseTo(Math.E * 0.01 + 1e-5, 12);
    expect(truePositiveCap(4, 0, 0.5)).toBeCloseTo(1 - Math.exp(-4) * 0.5, 12);
    expect(truePositiveCap(Infinity, 0)).toBe(1);
  });

  it('compares equally many frauds', () => {
    const side = (frauds: number, genuine: number) => ({
      scores: Float64Array.from({ length: frauds + genuine }, (_, i) => (i < frauds ? 1000 + i : i)),
      isFraud: Uint8Array.from({ length: frauds + genuine }, (_, i) => (i < frauds ? 1 : 0)),
    });
    const drawn = drawEqually([side(40, 300), side(7, 900)], 200, random);
    for (const scores of drawn) {
      expect(scores).toHaveLength(200);
      expect(scores.filter((score) => score >= 1000)).toHaveLength(7);
      expect(new Set(scores).size).toBe(200);
    }
  });

  it('measures the loss without overflow', () => {
    expect(lossOf(0, 1)).toBeCloseTo(Math.LN2, 12);
    expect(lossOf(900, 0)).toBe(900);
    expect(lossOf(-900, 0)).toBe(0);
  });
});

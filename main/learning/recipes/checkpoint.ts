/**
 * The public state of a run after a committed round: all that the next round and every recomputation need (design.md I8).
 * Not here: the signed entry around it, and the integer sums it follows from; the entry binds those by their own hash.
 */
import { canonicalJson } from '#shared/canonical.ts';
import type { Charter, Recipe } from '#shared/round/charter.ts';
import { z } from 'zod';
import { initialWeights } from '../model/initial-weights.ts';
import { parameterCount } from '../model/layers.ts';

/** A bank whose update is in the round's sums, and its public size tier. */
export interface IncludedBank {
  readonly bankId: string;
  readonly tier: number;
}

export interface Checkpoint {
  /** r: committed rounds. */
  readonly round: number;
  /** t: steps those rounds did. */
  readonly step: number;
  /** K: steps of the last round; 0 before the first. */
  readonly roundSteps: number;
  /** Banks in the last round, in the order of the signed list. */
  readonly included: readonly IncludedBank[];
  /** x */
  readonly weights: Float64Array;
  /** m of the recipe's rule; zeros where it has none. */
  readonly momentum: Float64Array;
  /** v of the recipe's rule, before any bias correction. */
  readonly secondMoment: Float64Array;
  /** ḡ: the last round's mean noisy gradient; for the plain recipe its mean model difference. Zeros before the first. */
  readonly lastMean: Float64Array;
}

export function initialCheckpoint(charter: Pick<Charter, 'model' | 'recipe'>): Checkpoint {
  const { recipe, model } = charter;
  const weights = initialWeights(model);
  const zeros = (): Float64Array => new Float64Array(parameterCount(model.layers));
  const secondMoment = zeros().fill(firstSecondMoment(recipe));
  const vectors = { weights, momentum: zeros(), secondMoment, lastMean: zeros() };
  return { round: 0, step: 0, roundSteps: 0, included: [], ...vectors };
}

/** v₀: τ² for FedAdam (Reddi et al.), else 0. */
function firstSecondMoment(recipe: Recipe): number {
  if (recipe.kind !== 'plain' || recipe.rule.kind !== 'fedadam') return 0;
  return recipe.rule.tau * recipe.rule.tau;
}

const FORMAT = 'parley/checkpoint/1';

const Header = z.strictObject({
  format: z.literal(FORMAT),
  round: z.int().min(0),
  step: z.int().min(0),
  roundSteps: z.int().min(0),
  included: z.array(z.strictObject({ bankId: z.string(), tier: z.int().min(1) })),
  parameters: z.int().min(1),
});

const VECTORS = ['weights', 'momentum', 'secondMoment', 'lastMean'] as const;

/** Header length (u32 LE), header (canonical JSON), then the four vectors as float64 LE: what is hashed and passed on. */
export function serialiseCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { round, step, roundSteps, included, weights } = checkpoint;
  const banks = included.map(({ bankId, tier }) => ({ bankId, tier }));
  const parameters = weights.length;
  const header = new TextEncoder().encode(
    canonicalJson({ format: FORMAT, round, step, roundSteps, included: banks, parameters }),
  );
  const bytes = new Uint8Array(4 + header.length + VECTORS.length * 8 * parameters);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.length, true);
  bytes.set(header, 4);
  let at = 4 + header.length;
  for (const name of VECTORS) {
    for (const value of checkpoint[name]) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return bytes;
}

/** @throws ZodError, SyntaxError or RangeError for bytes that `serialiseCheckpoint` did not make; check their hash first. */
export function parseCheckpoint(bytes: Uint8Array): Checkpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(0, true);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + headerBytes));
  const { round, step, roundSteps, included, parameters } = Header.parse(JSON.parse(text));
  const expected = 4 + headerBytes + VECTORS.length * 8 * parameters;
  if (bytes.length !== expected)
    throw new RangeError(`${String(bytes.length)} bytes, expected ${String(expected)}`);
  const vector = (index: number): Float64Array =>
    Float64Array.from({ length: parameters }, (_, i) =>
      view.getFloat64(4 + headerBytes + 8 * (index * parameters + i), true),
    );
  const vectors = { weights: vector(0), momentum: vector(1), secondMoment: vector(2), lastMean: vector(3) };
  return { round, step, roundSteps, included, ...vectors };
}

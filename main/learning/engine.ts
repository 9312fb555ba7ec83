/** What every learning engine does: sums of the (clipped) gradients of rows or of whole accounts. Arrays in, arrays out. */
import type { Network } from './model/layers.ts';

/** The privacy unit whose gradient is clipped: a row's, or the sum over an account's rows. */
export type ClippedUnit = 'row' | 'account';

/** Rows as the features module makes them: `features[row · inputs + input]`, `labels[row]` 1 for fraud. */
export interface TrainingSet {
  readonly features: Float32Array;
  readonly labels: Uint8Array;
}

export interface GradientRequest {
  /** Flat parameters (model/layers.ts); engines round them to float32. */
  readonly weights: Float64Array;
  /** Numbers of the rows to add up, account by account where accounts are the unit; a row may stand in it once only. */
  readonly rows: Uint32Array;
  /** Accounts only, and always: where the rows of each end in `rows`, never falling. An account may be empty. */
  readonly accountEnds?: Uint32Array;
  /** L2 bound C of one unit's gradient, or null for the plain sum. */
  readonly clippingNorm: number | null;
  /** Work of the caller that runs while other threads add up (noise, the next batch). */
  readonly meanwhile?: () => void;
}

export interface GradientSum {
  /** Σ of the gradients, float64, in the order of the flat vector. Every engine clips at C·(1 − 1e-4): see CLIP_MARGIN. */
  readonly sum: Float64Array;
  readonly clippedUnits: number;
  /** Rows that add nothing, since their gradient, or that of their account, was not finite. */
  readonly nonFiniteRows: number;
}

/** Bound to one network and one training set; holds memory and threads until `close`. */
export interface GradientEngine {
  gradientSum(request: GradientRequest): GradientSum;
  close(): void;
}

export interface EngineSetup {
  readonly network: Network;
  readonly data: TrainingSet;
  readonly unit: ClippedUnit;
}

/** Covers float32 rounding inside one block of 64 rows, so that the sensitivity is at most C (privacy.md 2f.4). */
export const CLIP_MARGIN = 1e-4;

/** The factor's numerator: C·(1 − 1e-4), or 0 for no clipping, as the engines expect it. */
export function clipLimit(clippingNorm: number | null): number {
  return clippingNorm === null ? 0 : clippingNorm * (1 - CLIP_MARGIN);
}

/**
 * Clipping each row where an account is the unit, or the reverse, would void the guarantee: no engine guesses.
 * @throws TypeError for a request that is not of the engine's unit, RangeError for ends that are not those of its rows.
 */
export function requireUnit(unit: ClippedUnit, { rows, accountEnds }: GradientRequest): void {
  if ((unit === 'account') !== (accountEnds !== undefined))
    throw new TypeError(`an engine whose unit is the ${unit} was asked for another unit`);
  if (accountEnds === undefined) return;
  const isRising = accountEnds.every((end, i) => end >= (accountEnds[i - 1] ?? 0));
  if (!isRising || (accountEnds.at(-1) ?? 0) !== rows.length)
    throw new RangeError(`the ends of the accounts do not share out ${String(rows.length)} rows`);
}

/**
 * Read with another width, a row's inputs would be part of other rows, and no clip would bound what it adds.
 * @throws RangeError for features that are not as many as the rows and the network's inputs say.
 */
export function requireWidth({ network, data }: Pick<EngineSetup, 'network' | 'data'>): void {
  const inputs = network.layers[0] ?? 0;
  const rows = data.labels.length;
  if (data.features.length !== rows * inputs)
    throw new RangeError(
      `${String(data.features.length)} features are not ${String(rows)} rows of ${String(inputs)}`,
    );
}

/** Units behind a request: accounts, or rows. */
export function unitCount({ rows, accountEnds }: GradientRequest): number {
  return (accountEnds ?? rows).length;
}

/**
 * The batch of one noisy step: a Poisson sample of units of privacy. Of an account with more rows than the cap, a fresh
 * random subset of its own rows is taken; neither depends on any other unit, which is all that the proof asks.
 */
import type { GradientRequest } from '../engine.ts';
import type { Chance } from '../kernel/chance.ts';
import { uniformInteger } from '../model/public-random.ts';
import type { AccountRows } from './account-rows.ts';

/** What a bank samples from: rows 0 … count−1, or accounts with their rows. */
export type SampledUnits =
  | { readonly kind: 'rows'; readonly count: number }
  | { readonly kind: 'accounts'; readonly accounts: AccountRows };

/** Most rows of one account in one step (data/README.md "Account unit"). For speed: the clip alone bounds an account. */
export const ACCOUNT_ROWS_CAP = 300;

/** Good until the next draw. */
export interface UnitBatch extends Pick<GradientRequest, 'rows' | 'accountEnds'> {
  readonly units: number;
}

/** Draws batches in which every unit is independently with probability `rate`; all chance comes from the key stream. */
export function unitSampler(units: SampledUnits, rate: number, chance: Chance): () => UnitBatch {
  return units.kind === 'rows'
    ? rowSampler(units.count, rate, chance)
    : accountSampler(units.accounts, rate, chance);
}

function rowSampler(count: number, rate: number, chance: Chance): () => UnitBatch {
  const units = new Uint32Array(count);
  return () => {
    const rows = chance.poissonBatch({ rate, units });
    return { rows, units: rows.length };
  };
}

function accountSampler(accounts: AccountRows, rate: number, chance: Chance): () => UnitBatch {
  const units = new Uint32Array(accounts.ends.length);
  // shuffled in place within each account: any order before is as good for a uniform subset
  const order = accounts.rows.slice();
  const batch = new Uint32Array(order.length);
  return () => {
    const chosen = chance.poissonBatch({ rate, units });
    let size = 0;
    const accountEnds = chosen.map((account) => {
      const rows = order.subarray(accounts.ends[account - 1] ?? 0, accounts.ends[account]);
      const taken = someOf(rows, ACCOUNT_ROWS_CAP, chance);
      batch.set(taken, size);
      size += taken.length;
      return size;
    });
    return { rows: batch.subarray(0, size), accountEnds, units: chosen.length };
  };
}

/** A uniformly random subset of `most` of the values, moved to their front (Fisher and Yates, stopped early); or all. */
function someOf(values: Uint32Array, most: number, chance: Chance): Uint32Array {
  if (values.length <= most) return values;
  const random = { next: () => chance.word() };
  for (let i = 0; i < most; i++) {
    const j = i + uniformInteger(random, values.length - i);
    const kept = values[i] ?? 0;
    values[i] = values[j] ?? 0;
    values[j] = kept;
  }
  return values.subarray(0, most);
}

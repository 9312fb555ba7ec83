/** The two inversions in words: what was tried, what came out, and what chance alone gives. Pure. */
import type { LeakFigure, LeakTest } from '#shared/privacy/leak-view.ts';
import type { AnalyticInversion } from '../../learning/attacks/analytic-inversion.ts';
import { figure, inLengths } from './figures.ts';

export function analyticTest(
  found: AnalyticInversion,
  rows: { readonly train: number; readonly heldOut: number },
): LeakTest {
  const { recovered, recoveredByChance, best, bestByChance, guesses } = found;
  const isLeak = recovered.length > recoveredByChance;
  const tried = `First-layer weights divided by biases give ${String(guesses)} guesses at rows`;
  const count = String(recovered.length);
  return {
    id: 'analytic-inversion',
    title: 'Reading rows from the first layer',
    verdict: isLeak ? 'leak-found' : 'nothing-found',
    sentence: isLeak
      ? `${tried}, and ${count} of ${rows.train.toLocaleString('en')} training rows come out to within 1 %.`
      : `${tried}. No training row comes out; the nearest is ${inLengths(best)} away from its guess.`,
    chanceSentence: `The same guesses come within ${inLengths(bestByChance)} of ${rows.heldOut.toLocaleString('en')} rows that took no part.`,
    figures: [
      figure('rows read to within 1 %', recovered.length, { chance: recoveredByChance, unit: 'rows' }),
      figure('smallest relative distance to a row', best, { chance: bestByChance }),
    ],
  };
}

/** A guess nearer than this to a training row, and twice as near as to any other row, has found it. */
const FOUND_DISTANCE = 0.05;

export interface SearchOutcome {
  /** Numbers of rows that the search assumed. */
  readonly assumedRows: readonly number[];
  readonly bestCosine: number;
  readonly bestObjective: number;
  /** Smallest relative distance of a guess to a training row, and to a row that took no part. */
  readonly best: number | null;
  readonly bestByChance: number | null;
}

export function optimisationTest(outcome: SearchOutcome): LeakTest {
  const { best, bestByChance, bestCosine, bestObjective, assumedRows } = outcome;
  const isLeak = best !== null && best < FOUND_DISTANCE && best < (bestByChance ?? Infinity) / 2;
  const searched = `A search for ${assumedRows.join(' or ')} ${assumedRows.at(-1) === 1 ? 'row' : 'rows'} that would explain this update`;
  const figures: LeakFigure[] = [
    figure('smallest relative distance to a row', best, { chance: bestByChance }),
    figure('best cosine with the update', bestCosine),
    figure('objective, 1 − cosine', bestObjective),
  ];
  return {
    id: 'optimisation-inversion',
    title: 'Searching for rows that explain the update',
    verdict: isLeak ? 'leak-found' : 'nothing-found',
    sentence: isLeak
      ? `${searched} ended ${inLengths(best)} from a training row: that row can be found.`
      : `${searched} ended at cosine ${bestCosine.toFixed(2)}, ${inLengths(best)} from the nearest training row.`,
    chanceSentence: `The same guesses lie ${inLengths(bestByChance)} from the nearest row that took no part. Labels were given to the search.`,
    figures,
  };
}

/** In a rehearsal with many rows. */
export function tooManyRowsTest(most: number): LeakTest {
  return {
    id: 'optimisation-inversion',
    title: 'Searching for rows that explain the update',
    verdict: 'not-applicable',
    sentence: `The search is rehearsed with at most ${String(most)} rows; with more it finds none in minutes.`,
    chanceSentence: 'Nothing was searched for.',
    figures: [],
  };
}

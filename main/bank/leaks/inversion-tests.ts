/** The two inversions in words: what was tried, what came out, and what chance alone gives. Pure. */
import type { LeakTest } from '#shared/privacy/leak-view.ts';
import type { AnalyticInversion } from '../../learning/attacks/analytic-inversion.ts';
import { countText, figure, inLengths } from './figures.ts';

export function analyticTest(
  found: AnalyticInversion,
  rows: { readonly train: number; readonly heldOut: number },
): LeakTest {
  const { recovered, recoveredByChance, best, bestByChance, guesses } = found;
  return {
    id: 'analytic-inversion',
    title: 'Reading rows from the first layer',
    verdict: recovered.length > recoveredByChance ? 'leak-found' : 'nothing-found',
    sentence: `First-layer weights divided by biases give ${countText(guesses)} guesses at rows. ${readRows(found, rows.train)}`,
    chanceSentence:
      bestByChance === null
        ? 'There is nothing to compare with.'
        : `The same guesses come within ${inLengths(bestByChance)} of ${countText(rows.heldOut)} rows that took no part.`,
    figures: [
      figure('rows read to within 1 %', recovered.length, { chance: recoveredByChance, unit: 'rows' }),
      figure('smallest relative distance to a row', best, { chance: bestByChance }),
    ],
  };
}

function readRows({ recovered, recoveredByChance, best }: AnalyticInversion, rows: number): string {
  const count = `${String(recovered.length)} of ${countText(rows)} training rows`;
  if (recovered.length > recoveredByChance) return `${count} come out to within 1 %.`;
  if (recovered.length > 0) return `${count} lie within 1 % of one, no more than of rows that took no part.`;
  const nearest = best === null ? '' : `; the nearest is ${inLengths(best)} away`;
  return `No training row comes out${nearest}.`;
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

const searchHead = {
  id: 'optimisation-inversion',
  title: 'Searching for rows that explain the update',
} as const;

export function optimisationTest(outcome: SearchOutcome): LeakTest {
  const { best, bestByChance, bestCosine, bestObjective } = outcome;
  const isLeak = best !== null && best < FOUND_DISTANCE && best < (bestByChance ?? Infinity) / 2;
  return {
    ...searchHead,
    verdict: isLeak ? 'leak-found' : 'nothing-found',
    sentence: searchSentence(outcome, isLeak),
    chanceSentence:
      bestByChance === null
        ? 'There is nothing to compare with. Labels were given to the search.'
        : `The same guesses lie ${inLengths(bestByChance)} from the nearest row that took no part. Labels were given to the search.`,
    figures: [
      figure('smallest relative distance to a row', best, { chance: bestByChance }),
      figure('best cosine with the update', bestCosine),
      // rounding puts the best of all a hair below 0
      figure('objective, 1 − cosine', Math.max(0, bestObjective)),
    ],
  };
}

function searchSentence({ assumedRows, best, bestCosine }: SearchOutcome, isLeak: boolean): string {
  const rows = `${assumedRows.join(' or ')} ${assumedRows.at(-1) === 1 ? 'row' : 'rows'}`;
  const searched = `A search for ${rows} that would explain this update ended`;
  const distance = inLengths(best ?? Infinity);
  return isLeak
    ? `${searched} ${distance} from a training row: that row can be found.`
    : `${searched} at cosine ${bestCosine.toFixed(2)}, ${distance} from the nearest training row.`;
}

/** In a rehearsal with many rows. */
export function tooManyRowsTest(most: number): LeakTest {
  return {
    ...searchHead,
    verdict: 'not-applicable',
    sentence: `The search is rehearsed with at most ${String(most)} rows; with more it finds none in minutes.`,
    chanceSentence: 'Nothing was searched for.',
    figures: [],
  };
}

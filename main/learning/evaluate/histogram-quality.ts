/**
 * PR-AUC of the whole federation from summed noisy score histograms (privacy.md 2g.10), with its uncertainty.
 * Post-processing of published integers and public terms: hub and banks compute the same, and it costs no privacy.
 */
import { HISTOGRAM_BINS } from '#shared/round/evaluation.ts';
import type { FederationQuality } from '#shared/round/round-view.ts';
import { type PublicRandom, publicNormal, publicRandom, uniformInteger } from '../model/public-random.ts';

export interface HistogramTerms {
  /** Banks in the sum. */
  readonly banks: number;
  /** s_h: what each of them put on every count. */
  readonly noiseStandardDeviation: number;
}

/** Frauds in sight that a figure takes, in standard deviations of the noise on their number. */
const LEAST_SIGHT = 2;

/** null where the noise hides the frauds: their number is not told from none, and a PR-AUC would be anything. */
export function federationQuality(histogram: Float64Array, terms: HistogramTerms): FederationQuality | null {
  const fit = fittedCounts(histogram);
  const prAuc = areaOf(fit);
  const noiseOfTotal = terms.noiseStandardDeviation * Math.sqrt(terms.banks * HISTOGRAM_BINS);
  if (prAuc === null || (fit.frauds.at(-1) ?? 0) < LEAST_SIGHT * noiseOfTotal) return null;
  const { low, high } = interval(prAuc, resampledAreas(fit, terms));
  return { prAuc, low, high, banks: terms.banks };
}

/** The point estimate alone. */
export function histogramPrAuc(histogram: Float64Array): number | null {
  return areaOf(fittedCounts(histogram));
}

/** Rows at or above each threshold, from the highest bin down. */
interface CumulativeCounts {
  readonly genuine: Float64Array;
  readonly frauds: Float64Array;
}

/** Cumulative counts can only grow and never be negative: the noisy ones are fitted to that, in least squares. */
function fittedCounts(histogram: Float64Array): CumulativeCounts {
  const fit = (bins: Float64Array): Float64Array =>
    isotonic(cumulativeFromTop(bins)).map((c) => Math.max(0, c));
  return {
    genuine: fit(histogram.subarray(0, HISTOGRAM_BINS)),
    frauds: fit(histogram.subarray(HISTOGRAM_BINS)),
  };
}

function cumulativeFromTop(bins: Float64Array): Float64Array {
  let total = 0;
  return bins
    .slice()
    .reverse()
    .map((count) => (total += count));
}

/** The closest rising sequence in least squares, by pooling adjacent violators (Barlow et al. 1972). */
export function isotonic(values: Float64Array): Float64Array {
  const blocks: { readonly sum: number; readonly size: number }[] = [];
  for (const value of values) {
    let block = { sum: value, size: 1 };
    for (
      let last = blocks.at(-1);
      last && last.sum / last.size >= block.sum / block.size;
      last = blocks.at(-1)
    ) {
      block = { sum: last.sum + block.sum, size: last.size + block.size };
      blocks.pop();
    }
    blocks.push(block);
  }
  return Float64Array.from(blocks.flatMap(({ sum, size }) => new Array<number>(size).fill(sum / size)));
}

/** Area under the precision-recall curve, both kinds of rows spread evenly within a bin (Davis and Goadrich 2006). */
function areaOf({ genuine, frauds }: CumulativeCounts): number | null {
  const allFrauds = frauds.at(-1) ?? 0;
  if (allFrauds <= 0) return null;
  let area = 0;
  let found = 0;
  let alarms = 0;
  frauds.forEach((until, i) => {
    const more = until - found;
    const moreAlarms = (genuine[i] ?? 0) - alarms + more;
    area += more * meanPrecision({ found, more, seen: found + alarms, moreSeen: moreAlarms });
    found = until;
    alarms = genuine[i] ?? 0;
  });
  return Math.min(1, area / allFrauds);
}

/** ∫ (found + more·u)/(seen + moreSeen·u) du over a bin, u from 0 to 1. */
function meanPrecision(bin: {
  readonly found: number;
  readonly more: number;
  readonly seen: number;
  readonly moreSeen: number;
}): number {
  const { found, more, seen, moreSeen } = bin;
  if (more === 0) return 0;
  if (seen === 0) return more / moreSeen;
  // where a bin adds little the closed form loses its digits, and the middle is as good
  if (moreSeen < 1e-6 * seen) return (found + more / 2) / (seen + moreSeen / 2);
  const slope = more / moreSeen;
  return slope + ((found - slope * seen) / moreSeen) * Math.log1p(moreSeen / seen);
}

const RESAMPLES = 400;
/** Public: everyone draws the same. */
const RESAMPLING_SEED = 0x9a7c;

/** Parametric bootstrap: rows fall in the fitted bins by chance, and every bank's noise is drawn again. */
function resampledAreas(fit: CumulativeCounts, terms: HistogramTerms): readonly number[] {
  const random = publicRandom(RESAMPLING_SEED);
  const deviation = terms.noiseStandardDeviation * Math.sqrt(terms.banks);
  const means = Float64Array.of(...perBin(fit.genuine), ...perBin(fit.frauds));
  return Array.from({ length: RESAMPLES }, () => {
    const drawn = means.map((mean) => poisson(random, mean) + Math.round(deviation * publicNormal(random)));
    return histogramPrAuc(drawn) ?? 0;
  });
}

/** Rows of each bin, from the lowest bin up. */
function perBin(cumulative: Float64Array): Float64Array {
  return cumulative.map((count, i) => count - (cumulative[i - 1] ?? 0)).reverse();
}

/** Exact below 30 (Knuth), from there on the nearest normal draw. */
function poisson(random: PublicRandom, mean: number): number {
  if (mean >= 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * publicNormal(random)));
  const limit = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > limit; count++)
    product *= (uniformInteger(random, 2 ** 32 - 1) + 1) / 2 ** 32;
  return count;
}

/**
 * 90 %, the wider of the percentile and the reflected ("basic") bootstrap interval at each end: noise pulls the estimate
 * down, so either alone is too short (simulated: 70 to 90 %; both together 85 to 95 %).
 */
function interval(
  estimate: number,
  resampled: readonly number[],
): { readonly low: number; readonly high: number } {
  const sorted = Float64Array.from(resampled).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? estimate;
  const [low, high] = [at(0.05), at(0.95)];
  return {
    low: Math.max(0, Math.min(low, estimate, 2 * estimate - high)),
    high: Math.min(1, Math.max(high, estimate, 2 * estimate - low)),
  };
}

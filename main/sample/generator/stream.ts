/**
 * Reproducible random streams for generated data. Public and never for privacy: noise comes from a CSPRNG elsewhere.
 * exp, log and cos are V8's own (a port of fdlibm), so the same build of Node gives the same bytes on every machine.
 */
import { createHash } from 'node:crypto';

export interface Stream {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  between(low: number, high: number): number;
  /** Whole number from `low` to `high`, both possible. */
  whole(low: number, high: number): number;
  happens(probability: number): boolean;
  normal(mean: number, standardDeviation: number): number;
  exponential(mean: number): number;
  poisson(mean: number): number;
  /** Gamma with a whole shape: a sum of exponentials. */
  gamma(shape: number, scale: number): number;
}

/** An independent stream for hash(seed, name, …numbers): adding a bank changes no other. */
export function stream(seed: number, name: string, ...numbers: readonly number[]): Stream {
  const digest = createHash('sha256')
    .update([seed, name, ...numbers].join(' '))
    .digest();
  const next = sfc32([0, 4, 8, 12].map((at) => digest.readUInt32LE(at)));
  const uniform = (): number => next() / 2 ** 32;
  // 1 − u lies in (0, 1]: its logarithm is finite.
  const exponential = (mean: number): number => -mean * Math.log(1 - uniform());
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    whole: (low, high) => low + Math.floor((high - low + 1) * uniform()),
    happens: (probability) => uniform() < probability,
    normal: (mean, standardDeviation) =>
      mean + standardDeviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    exponential,
    poisson: (mean) => poisson(mean, exponential),
    gamma: (shape, scale) => {
      let total = 0;
      for (let i = 0; i < shape; i++) total += exponential(scale);
      return total;
    },
  };
}

/** Arrivals of a unit-rate process before `mean`. */
function poisson(mean: number, exponential: (mean: number) => number): number {
  let count = 0;
  for (let at = exponential(1); at < mean; at += exponential(1)) count++;
  return count;
}

/** sfc32 of PractRand (Chris Doty-Humphrey): 128 bits of state, passes its tests. Warmed up over 12 rounds. */
function sfc32(state: readonly number[]): () => number {
  let [a = 0, b = 0, c = 0, counter = 1] = state;
  const next = (): number => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + out;
    c |= 0;
    return out >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Draws an index with probability proportional to (index + 1)^−exponent: popularity by Zipf's law. */
export function zipf(count: number, exponent: number): (random: Stream) => number {
  const cumulative = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    total += (i + 1) ** -exponent;
    cumulative[i] = total;
  }
  return (random) => firstAbove(cumulative, random.uniform() * total);
}

function firstAbove(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** One of the weighted choices. */
export function choose<T>(random: Stream, choices: readonly (readonly [T, number])[]): T {
  let left = random.uniform() * choices.reduce((total, [, weight]) => total + weight, 0);
  for (const [choice, weight] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  const last = choices.at(-1);
  if (last === undefined) throw new RangeError('choose needs a choice');
  return last[0];
}

/** One of the items, all alike. */
export function pick<T>(random: Stream, items: readonly T[]): T {
  const item = items[random.whole(0, items.length - 1)];
  if (item === undefined) throw new RangeError('pick needs an item');
  return item;
}

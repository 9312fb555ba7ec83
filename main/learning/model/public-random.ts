/**
 * A public, reproducible random stream for the first weights and for permutations without privacy.
 * Not for noise or for sampling under differential privacy: those use dp-sgd/secure-stream.ts.
 *
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), state (seed, 0x9e3779b9, 0x243f6a88, 1), 16 outputs discarded.
 * Only integer operations and + − × ÷ √, which IEEE 754 fixes to the bit, so every machine draws the same numbers.
 */

export interface PublicRandom {
  /** 32 random bits, as an unsigned integer. */
  next(): number;
}

/** `seed`: 32 bits. */
export function publicRandom(seed: number): PublicRandom {
  let a = seed >>> 0;
  let b = 0x9e3779b9 | 0;
  let c = 0x243f6a88 | 0;
  let counter = 1;
  const next = (): number => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  return { next };
}

/** A whole number in [0, limit), without bias (Lemire 2019 would save the division; this is not hot). */
export function uniformInteger(random: PublicRandom, limit: number): number {
  const usable = 0x1_0000_0000 - (0x1_0000_0000 % limit);
  for (;;) {
    const draw = random.next();
    if (draw < usable) return draw % limit;
  }
}

/** (0, 1) with 32 bits. */
function openUniform(random: PublicRandom): number {
  return (random.next() + 0.5) / 0x1_0000_0000;
}

const LN_2 = 0.6931471805599453;

/** Natural logarithm of x in (0, 1], from + − × ÷ only: x = m·2^−k with m in [√½, √2), ln m = 2 artanh((m−1)/(m+1)). */
export function portableLog(x: number): number {
  let m = x;
  let k = 0;
  while (m < 0.7071067811865476) {
    m *= 2;
    k++;
  }
  const t = (m - 1) / (m + 1);
  const square = t * t;
  let series = 0;
  for (let n = 23; n >= 1; n -= 2) series = series * square + 1 / n;
  return 2 * t * series - k * LN_2;
}

/** A standard normal draw by Marsaglia's polar method: no sine or cosine, whose last bits differ between libraries. */
export function publicNormal(random: PublicRandom): number {
  for (;;) {
    const u = 2 * openUniform(random) - 1;
    const v = 2 * openUniform(random) - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * portableLog(s)) / s);
  }
}

/** A random order of 0 … count−1 (Fisher and Yates). */
export function publicPermutation(random: PublicRandom, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = uniformInteger(random, i + 1);
    const kept = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = kept;
  }
  return order;
}

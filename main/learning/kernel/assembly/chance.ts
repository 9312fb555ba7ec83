/**
 * Normals and sampling jumps from random bytes, two at a time, from plain IEEE operations: the same bytes give the same
 * bits on every machine. Which bytes is the caller's matter: a key stream (dp-sgd/keystream.ts).
 */

const SIGN: i64 = 1 << 63;

/** Uniform in (0, 1] from the high 52 bits of each word: 2 − [1, 2). */
// @ts-ignore: decorator
@inline
function openUniform(words: v128): v128 {
  const mantissa = v128.or(i64x2.shr_u(words, 12), i64x2.splat(0x3ff0000000000000));
  return f64x2.sub(f64x2.splat(2), mantissa);
}

/**
 * Natural logarithm on (0, 1]: x = 2^e·m, m in [√½, √2), ln m = 2 artanh t with t = (m−1)/(m+1), |t| < .172.
 * Ten terms of the series leave 1e-17. The exponent becomes a float by adding it to the bits of 1.5·2^52.
 */
// @ts-ignore: decorator
@inline
function logarithm(x: v128): v128 {
  const exponent = i64x2.shr_s(i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd)), 52);
  const m = i64x2.sub(x, i64x2.shl(exponent, 52));
  const e = f64x2.sub(i64x2.add(exponent, i64x2.splat(0x4338000000000000)), f64x2.splat(6755399441055744.0));
  const t = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const s = f64x2.mul(t, t);
  let p = f64x2.splat(1.0 / 19);
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 17));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 15));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 13));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 11));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 9));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 7));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 5));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 3));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1));
  const mantissaPart = f64x2.mul(f64x2.mul(f64x2.splat(2), t), p);
  return f64x2.add(f64x2.mul(e, f64x2.splat(0.6931471805599453)), mantissaPart);
}

/** sin x for |x| ≤ π/4, Taylor to x^15. */
// @ts-ignore: decorator
@inline
function sine(x: v128, s: v128): v128 {
  let p = f64x2.splat(-1.0 / 1307674368000);
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 6227020800));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(-1.0 / 39916800));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 362880));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(-1.0 / 5040));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 120));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(-1.0 / 6));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1));
  return f64x2.mul(x, p);
}

/** cos x for |x| ≤ π/4, Taylor to x^16. */
// @ts-ignore: decorator
@inline
function cosine(s: v128): v128 {
  let p = f64x2.splat(1.0 / 20922789888000);
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(-1.0 / 87178291200));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 479001600));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(-1.0 / 3628800));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 40320));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(-1.0 / 720));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(1.0 / 24));
  p = f64x2.add(f64x2.mul(p, s), f64x2.splat(-0.5));
  return f64x2.add(f64x2.mul(p, s), f64x2.splat(1));
}

/**
 * Standard normals at `target`, `count` of them (a multiple of 4), from 32 random bytes each. A value is the sum of four
 * Box–Muller normals of different pairs, halved. Of each pair's second word the high bits give an angle in (0, π/4], and
 * three low bits one of the eight mirror images: together a uniform angle.
 */
export function normals(bytes: usize, target: usize, count: u32): void {
  for (let end = target + (<usize>count << 3); target < end; target += 32) {
    let first = f64x2.splat(0);
    let second = f64x2.splat(0);
    for (let pair = 0; pair < 4; pair++) {
      const word = v128.load(bytes, 16);
      const radius = f64x2.sqrt(f64x2.mul(f64x2.splat(-2), logarithm(openUniform(v128.load(bytes)))));
      const x = f64x2.mul(openUniform(word), f64x2.splat(0.7853981633974483));
      const s = f64x2.mul(x, x);
      const sin = v128.xor(sine(x, s), v128.and(i64x2.shl(word, 63), i64x2.splat(SIGN)));
      const cos = v128.xor(cosine(s), v128.and(i64x2.shl(word, 62), i64x2.splat(SIGN)));
      const swap = i64x2.shr_s(i64x2.shl(word, 61), 63);
      first = f64x2.add(first, f64x2.mul(radius, v128.bitselect(sin, cos, swap)));
      second = f64x2.add(second, f64x2.mul(radius, v128.bitselect(cos, sin, swap)));
      bytes += 32;
    }
    v128.store(target, f64x2.mul(first, f64x2.splat(0.5)));
    v128.store(target, f64x2.mul(second, f64x2.splat(0.5)), 16);
  }
}

/** Geometric jumps 1 + ⌊ln U / logOfMiss⌋ at `target`, `count` of them (a multiple of 2), from 8 random bytes each. */
export function jumps(bytes: usize, target: usize, count: u32, logOfMiss: f64): void {
  const divisor = f64x2.splat(logOfMiss);
  for (let i: usize = 0, end = <usize>count << 3; i < end; i += 16) {
    const skipped = f64x2.floor(f64x2.div(logarithm(openUniform(v128.load(bytes + i))), divisor));
    v128.store(target + i, f64x2.add(skipped, f64x2.splat(1)));
  }
}

/** Activations and the logistic function from plain IEEE operations only: the same bits on every machine. */
import { TANH } from './table';

/**
 * tanh of four floats, |relative error| below 1e-6: the rational approximation x·P(x²)/Q(x²) of Eigen
 * (Eigen/src/Core/MathFunctionsImpl.h, ptanh). min and max keep NaN, so that a bad row stays visible.
 */
// @ts-ignore: decorator
@inline
function tanh4(value: v128): v128 {
  const x = f32x4.max(f32x4.min(value, f32x4.splat(7.90531110763549805)), f32x4.splat(-7.90531110763549805));
  const s = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(s, f32x4.splat(-2.76076847742355e-16)), f32x4.splat(2.00018790482477e-13));
  p = f32x4.add(f32x4.mul(s, p), f32x4.splat(-8.60467152213735e-11));
  p = f32x4.add(f32x4.mul(s, p), f32x4.splat(5.12229709037114e-8));
  p = f32x4.add(f32x4.mul(s, p), f32x4.splat(1.48572235717979e-5));
  p = f32x4.add(f32x4.mul(s, p), f32x4.splat(6.37261928875436e-4));
  p = f32x4.add(f32x4.mul(s, p), f32x4.splat(4.89352455891786e-3));
  let q = f32x4.add(f32x4.mul(s, f32x4.splat(1.19825839466702e-6)), f32x4.splat(1.18534705686654e-4));
  q = f32x4.add(f32x4.mul(s, q), f32x4.splat(2.2684346324390e-3));
  q = f32x4.add(f32x4.mul(s, q), f32x4.splat(4.89352518554385e-3));
  return f32x4.div(f32x4.mul(x, p), q);
}

// @ts-ignore: decorator
@inline
export function activate(value: v128, activation: u32): v128 {
  return activation == TANH ? tanh4(value) : f32x4.max(value, f32x4.splat(0));
}

/** The derivative at the output `a` times the incoming error `g`. */
// @ts-ignore: decorator
@inline
export function activationError(a: v128, g: v128, activation: u32): v128 {
  if (activation == TANH) return f32x4.mul(g, f32x4.sub(f32x4.splat(1), f32x4.mul(a, a)));
  return v128.and(g, f32x4.gt(a, f32x4.splat(0)));
}

/** 1/(1+exp(-z)) in float64: exp by reduction to |r| ≤ ln2/2 and the Taylor polynomial of degree 9 (2e-11). */
export function logistic(z: f64): f64 {
  const x = -max(min(z, 60.0), -60.0);
  const k = nearest(x * 1.4426950408889634);
  const r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10;
  let p: f64 = 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return 1.0 / (1.0 + p * reinterpret<f64>((<i64>k + 1023) << 52));
}

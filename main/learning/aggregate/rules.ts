/**
 * The server's update rules on a mean vector. Two Adams are kept apart by name: `adamStep` (Kingma and Ba, with bias
 * correction, on a gradient) and `fedAdamStep` (Reddi et al. 2021, without, on a model difference).
 */
import { wholePower } from './powers.ts';

export interface ServerState {
  readonly weights: Float64Array;
  readonly momentum: Float64Array;
  readonly secondMoment: Float64Array;
}

/** FedAvg (1602.05629): x ← x + D. */
export function fedAvgStep(state: ServerState, difference: Float64Array): ServerState {
  return { ...state, weights: state.weights.map((x, i) => x + (difference[i] ?? 0)) };
}

/** FedAvgM (1909.06335): v ← βv + D, x ← x + ηv. */
export function fedAvgMStep(
  state: ServerState,
  difference: Float64Array,
  { beta, serverLearningRate }: { readonly beta: number; readonly serverLearningRate: number },
): ServerState {
  const momentum = state.momentum.map((v, i) => beta * v + (difference[i] ?? 0));
  const weights = state.weights.map((x, i) => x + serverLearningRate * (momentum[i] ?? 0));
  return { ...state, weights, momentum };
}

export interface FedAdamSettings {
  readonly serverLearningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** τ: also gives v₀ = τ². */
  readonly tau: number;
}

/** FedAdam (2003.00295, algorithm 2): m ← β₁m + (1−β₁)D, v ← β₂v + (1−β₂)D², x ← x + ηm/(√v + τ). No bias correction. */
export function fedAdamStep(
  state: ServerState,
  difference: Float64Array,
  settings: FedAdamSettings,
): ServerState {
  const { serverLearningRate, beta1, beta2, tau } = settings;
  const momentum = state.momentum.map((m, i) => beta1 * m + (1 - beta1) * (difference[i] ?? 0));
  const secondMoment = state.secondMoment.map((v, i) => {
    const d = difference[i] ?? 0;
    return beta2 * v + (1 - beta2) * (d * d);
  });
  const weights = state.weights.map((x, i) => {
    const m = momentum[i] ?? 0;
    return x + (serverLearningRate * m) / (Math.sqrt(secondMoment[i] ?? 0) + tau);
  });
  return { weights, momentum, secondMoment };
}

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Number of this step, from 1. */
  readonly step: number;
}

/** Adam (1412.6980): x ← x − lr·m̂/(√v̂ + ε), m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ), v₀ = 0. */
export function adamStep(state: ServerState, gradient: Float64Array, settings: AdamSettings): ServerState {
  const { learningRate, beta1, beta2, epsilon, step } = settings;
  const momentum = state.momentum.map((m, i) => beta1 * m + (1 - beta1) * (gradient[i] ?? 0));
  const secondMoment = state.secondMoment.map((v, i) => {
    const g = gradient[i] ?? 0;
    return beta2 * v + (1 - beta2) * (g * g);
  });
  const firstCorrection = 1 - wholePower(beta1, step);
  const secondCorrection = 1 - wholePower(beta2, step);
  const weights = state.weights.map((x, i) => {
    const m = (momentum[i] ?? 0) / firstCorrection;
    const v = (secondMoment[i] ?? 0) / secondCorrection;
    return x - (learningRate * m) / (Math.sqrt(v) + epsilon);
  });
  return { weights, momentum, secondMoment };
}

/**
 * Moments of the likelihood ratio of one Poisson-subsampled Gaussian step, the ground of both accountants:
 * A_a = E_{z ~ N(0, σ²)} [(1 − q + q·e^{(2z − 1) / 2σ²})^a] (Mironov, Talwar and Zhang 2019, arXiv:1908.10530).
 */

/** One step of a mechanism: q and σ (noise standard deviation ÷ clipping norm, > 0). */
export interface SampledGaussian {
  readonly samplingRate: number;
  readonly noiseMultiplier: number;
}

/**
 * log A_a for any real order a, negative ones included. Relative error of A − 1 about 1e-10.
 * Below σ = 0.1 an upper bound at fractional and negative orders (ε is in the hundreds there in any case).
 */
export function logMoment(step: SampledGaussian, order: number): number {
  const { samplingRate: q, noiseMultiplier: sigma } = step;
  if (q === 0 || order === 0 || order === 1) return 0;
  if (q === 1) return (order * (order - 1)) / (2 * sigma * sigma);
  if (Number.isInteger(order) && order > 1) return logMomentOfInteger(step, order);
  return sigma < 0.1 ? logMomentBound(step, order) : logMomentByTrapezoid(step, order);
}

/** How finely the integrand has to be sampled: it is analytic for |Im z| < πσ², so the error falls as e^(−2π²σ²/h). */
export function trapezoidSpacing(sigma: number): number {
  return Math.min(sigma / 4, (sigma * sigma) / 4);
}

/**
 * A − 1 = Σ_{k ≥ 2} C(a, k) q^k (1 − q)^{a − k} · (e^{k(k − 1)/2σ²} − 1): the binomial weights sum to 1, which
 * takes the 1 out before any rounding, and every term is positive, so nothing cancels.
 */
function logMomentOfInteger(
  { samplingRate: q, noiseMultiplier: sigma }: SampledGaussian,
  order: number,
): number {
  const logOdds = Math.log(q) - Math.log1p(-q);
  let logWeight = order * Math.log1p(-q);
  let logExcess = -Infinity;
  for (let k = 1; k <= order; k++) {
    logWeight += logOdds + Math.log((order - k + 1) / k);
    if (k > 1) logExcess = logAddExp(logExcess, logWeight + logExpm1((k * (k - 1)) / (2 * sigma * sigma)));
  }
  return logExcess > 30 ? logExcess : Math.log1p(Math.exp(logExcess));
}

/**
 * Trapezoid rule in a form that keeps A − 1 when A is nearly 1: with u = q·(e^L − 1), E[u] = 0, so
 * A − 1 = E[(1 + u)^a − 1 − a·u]. Large values fall back to a sum of logarithms.
 */
function logMomentByTrapezoid(step: SampledGaussian, order: number): number {
  const nodes = trapezoidNodes(step, order);
  const excess = momentExcess(step, order, nodes);
  return Math.abs(excess) < 0.5 ? Math.log1p(excess) : logMomentBySum(step, order, nodes);
}

interface Nodes {
  readonly from: number;
  readonly spacing: number;
  readonly count: number;
}

function trapezoidNodes({ noiseMultiplier: sigma }: SampledGaussian, order: number): Nodes {
  const spacing = trapezoidSpacing(sigma);
  const from = Math.min(0, order) - 12 * sigma;
  const to = Math.max(1, order) + 12 * sigma;
  return { from, spacing, count: Math.ceil((to - from) / spacing) + 1 };
}

/** A_a − 1, or Infinity where a term leaves the range of doubles. */
function momentExcess(step: SampledGaussian, order: number, nodes: Nodes): number {
  const { samplingRate: q, noiseMultiplier: sigma } = step;
  const precision = 1 / (2 * sigma * sigma);
  let sum = 0;
  for (let i = 0; i < nodes.count; i++) {
    const z = nodes.from + i * nodes.spacing;
    const u = q * Math.expm1((2 * z - 1) * precision);
    const power = order * Math.log1p(u);
    if (power > 600 || u === Infinity) return Infinity;
    sum += Math.exp(-z * z * precision) * secondOrderPart(u, order, power);
  }
  return (sum * nodes.spacing) / (sigma * Math.sqrt(2 * Math.PI));
}

/** (1 + u)^a − 1 − a·u, where `power` is a·log(1 + u); by its Taylor series where the difference would cancel. */
function secondOrderPart(u: number, a: number, power: number): number {
  if (Math.abs(u) * Math.max(1, Math.abs(a)) > 1e-3) return Math.expm1(power) - a * u;
  return a * (a - 1) * u * u * (1 / 2 + (a - 2) * u * (1 / 6 + ((a - 3) * u) / 24));
}

function logMomentBySum(step: SampledGaussian, order: number, nodes: Nodes): number {
  const { samplingRate: q, noiseMultiplier: sigma } = step;
  const precision = 1 / (2 * sigma * sigma);
  const logQ = Math.log(q);
  const logRest = Math.log1p(-q);
  let logSum = -Infinity;
  for (let i = 0; i < nodes.count; i++) {
    const z = nodes.from + i * nodes.spacing;
    const logRatio = logAddExp(logRest, logQ + (2 * z - 1) * precision);
    logSum = logAddExp(logSum, order * logRatio - z * z * precision);
  }
  return logSum + Math.log(nodes.spacing / (sigma * Math.sqrt(2 * Math.PI)));
}

/**
 * Upper bounds that need no integral. log A is convex in the order, so between integers the chord bounds it;
 * for negative orders x^a is convex in x, so A ≤ 1 − q + q·e^{a(a − 1)/2σ²}, and the ratio is at least 1 − q.
 */
function logMomentBound(step: SampledGaussian, order: number): number {
  const { samplingRate: q, noiseMultiplier: sigma } = step;
  if (order < 0) {
    const byConvexity = logAddExp(Math.log1p(-q), Math.log(q) + (order * (order - 1)) / (2 * sigma * sigma));
    return Math.min(byConvexity, order * Math.log1p(-q));
  }
  const below = Math.floor(order);
  const share = order - below;
  return (1 - share) * logMoment(step, below) + share * logMoment(step, below + 1);
}

/** log(e^a + e^b). */
function logAddExp(a: number, b: number): number {
  if (a === -Infinity) return b;
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

/** log(e^x − 1) for x > 0. */
function logExpm1(x: number): number {
  return x > 40 ? x : Math.log(Math.expm1(x));
}

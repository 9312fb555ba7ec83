/**
 * What an audit with one training run proves about ε (Steinke, Nasr and Jagielski 2023, arXiv:2305.08846, theorem 5.2 and
 * appendix D): guesses of which canaries took part, so many of them right, mean that ε is at least this, unless by chance.
 */

export interface AuditGuesses {
  /** m: canaries, each in or out by a fair coin. */
  readonly canaries: number;
  /** r: canaries guessed at. */
  readonly guesses: number;
  /** v: right guesses. */
  readonly correct: number;
}

/** Probability that an (ε, δ)-DP training lets anyone guess so many right: small means that it is not (ε, δ)-DP. */
export function auditPValue(
  { canaries, guesses, correct }: AuditGuesses,
  epsilon: number,
  delta: number,
): number {
  const pmf = binomialMasses(guesses, epsilon);
  let atLeast = 0;
  for (let k = correct; k <= guesses; k++) atLeast += pmf[k] ?? 0;
  // the largest slope of the mass just below v: what δ can buy
  let alpha = 0;
  let below = 0;
  for (let i = 1; i <= correct; i++) {
    below += pmf[correct - i] ?? 0;
    if (below > i * alpha) alpha = below / i;
  }
  return Math.min(1, atLeast + alpha * delta * 2 * canaries);
}

/** The largest ε that the guesses refute at `pValue`; 0 when they refute none. */
export function auditLowerBound(
  guesses: AuditGuesses,
  { delta, pValue }: { readonly delta: number; readonly pValue: number },
): number {
  const isRefuted = (epsilon: number): boolean => auditPValue(guesses, epsilon, delta) < pValue;
  let low = 0;
  let high = 1;
  while (isRefuted(high)) high++;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (isRefuted(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Masses of Binomial(r, e^ε/(1 + e^ε)), by logarithms of factorials. */
function binomialMasses(trials: number, epsilon: number): Float64Array {
  const logFactorials = new Float64Array(trials + 1);
  for (let k = 1; k <= trials; k++) logFactorials[k] = (logFactorials[k - 1] ?? 0) + Math.log(k);
  const logHit = -Math.log1p(Math.exp(-epsilon));
  const logMiss = logHit - epsilon;
  return logFactorials.map((log, k) =>
    Math.exp(
      (logFactorials[trials] ?? 0) -
        log -
        (logFactorials[trials - k] ?? 0) +
        k * logHit +
        (trials - k) * logMiss,
    ),
  );
}

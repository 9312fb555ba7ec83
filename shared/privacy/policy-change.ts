/**
 * What a change of the local policy, the standing policy or the budget does to a bank's protection: loosening takes a
 * reason and, in mode `two`, both reviewers; tightening is free. Pure.
 */
import type { LocalPolicy, StandingPolicy } from '../contract/bank.ts';

/** Which way a floor protects: a figure at its `most` may only fall, one at its `least` may only rise. */
const PROTECTS = {
  minimumNoiseMultiplier: 'least',
  maximumEpsilonPerRound: 'most',
  maximumEpsilonPerRun: 'most',
  maximumEpsilonInTotal: 'most',
  maximumWeightShare: 'most',
  minimumCohort: 'least',
  allowRunsWithoutNoise: 'most',
  undoSeconds: 'least',
} as const satisfies Readonly<Record<keyof LocalPolicy, 'least' | 'most'>>;

export interface PolicyChange {
  readonly field: keyof LocalPolicy;
  readonly from: number | boolean;
  readonly to: number | boolean;
  readonly loosens: boolean;
}

/** The fields that differ, in the policy's order. */
export function policyChanges(before: LocalPolicy, after: LocalPolicy): readonly PolicyChange[] {
  const fields = Object.keys(PROTECTS) as (keyof typeof PROTECTS)[];
  return fields.flatMap((field) => {
    const from = before[field];
    const to = after[field];
    if (from === to) return [];
    const loosens = PROTECTS[field] === 'least' ? Number(to) < Number(from) : Number(to) > Number(from);
    return [{ field, from, to, loosens }];
  });
}

/** Of two policies the higher floor, field by field. */
export function stricterPolicy(one: LocalPolicy, other: LocalPolicy): LocalPolicy {
  const stricter = policyChanges(one, other).filter(({ loosens }) => !loosens);
  return { ...one, ...Object.fromEntries(stricter.map(({ field, to }) => [field, to])) };
}

/** True when any single floor is lower than before, whatever the others do. */
export function loosensPolicy(before: LocalPolicy, after: LocalPolicy): boolean {
  return policyChanges(before, after).some((change) => change.loosens);
}

/**
 * Switching it on is a release of rounds to come, so it loosens; saying the same again does too, since it lets runs go on
 * that a figure or a person stopped. Switching it off never does.
 */
export function loosensStanding(after: StandingPolicy): boolean {
  return after.kind === 'on';
}

/** Raising ε does; the first budget of a store and a lower one do not. */
export function loosensBudget(before: { readonly epsilon: number } | null, epsilon: number): boolean {
  return before !== null && epsilon > before.epsilon;
}

/**
 * ε with a memory: a ledger that grows by equal rounds, a slider that moves back, a plan that is shown again.
 * Equal segments are added up before composing, so the cost of an answer depends on the kinds of steps only.
 */
import { type Mechanism, mergeMechanisms } from './mechanism.ts';
import { epsilonByPld } from './pld.ts';
import { epsilonByRdp } from './rdp.ts';

export interface Accountant {
  /** The figure that is shown; see `epsilonByPld`. */
  epsilon(mechanisms: readonly Mechanism[], delta: number): number;
  /** The cross-check beside it; see `epsilonByRdp`. */
  crossCheck(mechanisms: readonly Mechanism[], delta: number): number;
}

const KEPT_ANSWERS = 1000;

export function createAccountant(): Accountant {
  return { epsilon: remembering(epsilonByPld), crossCheck: remembering(epsilonByRdp) };
}

type Accounting = (mechanisms: readonly Mechanism[], delta: number) => number;

function remembering(accounting: Accounting): Accounting {
  const answers = new Map<string, number>();
  return (mechanisms, delta) => {
    const segments = mergeMechanisms(mechanisms);
    const key = JSON.stringify([delta, segments.map((s) => [s.samplingRate, s.noiseMultiplier, s.steps])]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = accounting(segments, delta);
    if (answers.size >= KEPT_ANSWERS) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}

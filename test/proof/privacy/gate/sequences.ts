/** Sequences of actions, drawn from a seed; one of them run on a machine of its own and judged. */
import fc from 'fast-check';
import { type Action, type ActionName, ACTIONS } from './actions.ts';
import { perform } from './perform.ts';
import type { Bug } from './bank.ts';
import { check } from './check.ts';
import type { Evidence, Violation } from './evidence.ts';
import { createWorld } from './world.ts';

/** What an ordinary run consists of comes up often enough for releases to happen. */
const ORDINARY: readonly ActionName[] = [
  'whole-round',
  'whole-round-and-following',
  'whole-round-within-scope',
  'whole-round-by-two',
  'whole-round-retrained',
  'one-decides',
  'train',
  'train-within-scope',
  'release',
  'release-wider',
  'wait-ten-seconds',
  'published',
];
const PORT_CALLS = 60;

const name = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...ORDINARY) },
  { weight: 1, arbitrary: fc.constantFrom(...ACTIONS) },
);
const crashAt = fc.oneof(
  { weight: 7, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: PORT_CALLS }) },
);

export const sequences: fc.Arbitrary<readonly Action[]> = fc.array(fc.record({ name, crashAt }), {
  minLength: 1,
  maxLength: 50,
  size: 'max',
});

export interface JudgedSequence {
  readonly violations: readonly Violation[];
  readonly evidence: Evidence;
  /** `action: outcome` of each step; the outcome is `done`, `crash` or the code of a refusal. */
  readonly steps: readonly string[];
}

export async function judged(actions: readonly Action[], bug: Bug): Promise<JudgedSequence> {
  const world = createWorld({ bug, seed: 'sequence' });
  try {
    const steps: string[] = [];
    for (const action of actions) {
      const refusal = await perform(world, action);
      steps.push(`${action.name}: ${refusal ?? 'done'}`);
    }
    const evidence = world.evidence();
    return { violations: check(evidence), evidence, steps };
  } finally {
    world.close();
  }
}

export function inWords(actions: readonly Action[]): string {
  return actions
    .map((action) =>
      action.crashAt === null ? action.name : `${action.name} (crash at call ${String(action.crashAt)})`,
    )
    .join(', ');
}

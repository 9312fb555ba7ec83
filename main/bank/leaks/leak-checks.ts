/**
 * The leak tests as lines of a review. What they find in rows can only warn: a stop by rule on raw figures would tell the
 * hub something that no noise covers (privacy.md 2g.12). The audit looks at made-up rows alone, so it may block.
 */
import type { LeakReport, LeakTest } from '#shared/privacy/leak-view.ts';
import type { ReviewCheck } from '#shared/round/review-view.ts';

/** Nothing while no report on these bytes exists. */
export function leakChecks(report: LeakReport | undefined): readonly ReviewCheck[] {
  return report?.tests.map(checkOf) ?? [];
}

function checkOf({ id, title, verdict, sentence }: LeakTest): ReviewCheck {
  const line = { id: `leak-${id}`, title: `Leak test: ${title.toLowerCase()}`, detail: sentence };
  if (verdict !== 'leak-found') return { ...line, level: 'pass', nextStep: null };
  const level = id === 'canary-audit' ? 'block' : 'warning';
  return { ...line, level, nextStep: NEXT_STEPS[id] };
}

const LOOK =
  'Look at the leak tests below. Withhold the update if a row can be read from it; ε does not cover your choice.';

const NEXT_STEPS: Readonly<Record<LeakTest['id'], string>> = {
  'analytic-inversion': LOOK,
  'optimisation-inversion': LOOK,
  membership: LOOK,
  'canary-audit': 'Withhold the update and report this: the program does not add the noise that it claims.',
  'trap-alarm': 'Compare the model with other members before you release.',
};

/** Where the first run stands, from what the backend knows: nothing is asked twice, and it resumes anywhere. */
import { type AppState } from '#shared/contract/bank.ts';
import { type PrivacyStateView } from '#shared/privacy/ledger-view.ts';

export const FIRST_RUN_STEPS = ['identity', 'budget', 'connect'] as const;
export type FirstRunStep = (typeof FIRST_RUN_STEPS)[number];

/** null: the first run is over. */
export function firstRunStep(
  state: Pick<AppState, 'bank' | 'hub' | 'demo'>,
  privacy: Pick<PrivacyStateView, 'budget'> | null,
): FirstRunStep | null {
  if (state.bank === null) return 'identity';
  if (state.hub.kind === 'joined' || state.demo.kind === 'starting' || state.demo.kind === 'running')
    return null;
  if (privacy === null) return null;
  return privacy.budget === null ? 'budget' : 'connect';
}

/** The contract's methods about who decides: the reviewers of this bank, and one person or two. */
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import type { Services } from '../services.ts';

type ReviewerMethods = Extract<keyof BankContract, `reviewers.${string}`>;

export function reviewerHandlers(services: Services): Pick<Handlers<BankContract>, ReviewerMethods> {
  const { reviewers, gate, preferences, ledger, changes } = services;
  return {
    'reviewers.list': () => ({ mode: reviewers.mode(), reviewers: [...reviewers.list()] }),
    'reviewers.add': async (reviewer) => {
      const reviewerId = await reviewers.add(reviewer);
      changes.note('review', 'policy');
      return { reviewerId };
    },
    'reviewers.remove': async (request) => {
      await reviewers.remove(request);
      changes.note('review', 'policy');
      return {};
    },
    'reviewers.setMode': async (change) => {
      // What one person set going ends when two have to decide.
      const onChange = (): void => {
        if (change.mode === 'two') preferences.setStanding({ kind: 'off' });
        gate.reviewModeChanged();
      };
      await reviewers.setMode({ ...change, onChange });
      ledger.mirrorCommitted();
      changes.note('review', 'runs', 'policy', 'privacy');
      return {};
    },
  };
}

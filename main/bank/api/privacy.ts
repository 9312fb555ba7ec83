/** The contract's methods about the ledger, the policies and the audit. */
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import type { Services } from '../services.ts';

type PrivacyMethods = Extract<keyof BankContract, `${'privacy' | 'policy' | 'audit'}.${string}`>;

export function privacyHandlers(services: Services): Pick<Handlers<BankContract>, PrivacyMethods> {
  const { ledger, preferences, audit, soundness, changes, rounds } = services;
  return {
    'privacy.state': () => ledger.state(),
    'privacy.ledger': ({ after, limit }) => ({
      total: ledger.head().sequence,
      entries: [...ledger.entries({ afterSequence: after, limit })],
    }),
    'privacy.setBudget': (request) => {
      ledger.setBudget(request);
      changes.note('privacy', 'runs', 'review');
      return {};
    },
    'privacy.verify': () => {
      soundness.verify();
      changes.note('privacy', 'app');
      return ledger.health();
    },
    'policy.read': () => ({ local: preferences.policy(), standing: preferences.standing() }),
    'policy.setLocal': ({ policy, reason }) => {
      if (reason.trim() === '')
        throw new FailureError('invalid-input', 'A change of the local policy takes a reason');
      preferences.setPolicy(policy);
      changes.note('policy', 'runs', 'review');
      return {};
    },
    'policy.setStanding': ({ policy }) => {
      preferences.setStanding(policy);
      services.gate.standingChanged();
      changes.note('policy', 'runs');
      void rounds.sync.run();
      return {};
    },
    'audit.list': (page) => audit.list(page),
  };
}

/** The contract's methods about the ledger; its budget stands with the policies. */
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { recoverStore, recoveryOf } from '../privacy/recover-store.ts';
import type { Services } from '../services.ts';
import { openEvidence } from '../store/evidence.ts';

type PrivacyMethods = Exclude<Extract<keyof BankContract, `privacy.${string}`>, 'privacy.setBudget'>;

export function privacyHandlers(services: Services): Pick<Handlers<BankContract>, PrivacyMethods> {
  const { ledger, soundness, changes, store } = services;
  const evidence = openEvidence(store.database);
  return {
    'privacy.state': () => ({
      ...ledger.state(),
      releasedWithoutNoise: evidence.releasedWithoutNoise(),
    }),
    'privacy.ledger': ({ after, limit }) => ({
      total: ledger.head().sequence,
      entries: [...ledger.entries({ afterSequence: after, limit })],
    }),
    'privacy.verify': () => {
      soundness.verify();
      changes.note('privacy', 'app');
      return ledger.health();
    },
    'privacy.recovery': () => recoveryOf(services),
    'privacy.recover': async (request) => {
      await recoverStore(services, request);
      changes.note('privacy', 'app', 'audit', 'runs', 'review');
      return {};
    },
  };
}

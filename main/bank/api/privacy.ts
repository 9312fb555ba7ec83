/** The contract's methods about the ledger; its budget stands with the policies. */
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import type { LedgerEntryView } from '#shared/privacy/ledger-view.ts';
import { recoverStore, recoveryOf } from '../privacy/recover-store.ts';
import type { Services } from '../services.ts';
import { type ChargedRounds, openChargedRounds } from '../store/charged-rounds.ts';
import { openEvidence } from '../store/evidence.ts';

type PrivacyMethods = Exclude<Extract<keyof BankContract, `privacy.${string}`>, 'privacy.setBudget'>;

export function privacyHandlers(services: Services): Pick<Handlers<BankContract>, PrivacyMethods> {
  const { ledger, soundness, changes, store } = services;
  const evidence = openEvidence(store.database);
  const withRound = roundReader(openChargedRounds(store.database));
  return {
    'privacy.state': () => ({
      ...ledger.state(),
      releasedWithoutNoise: evidence.releasedWithoutNoise(),
    }),
    'privacy.ledger': ({ after, limit }) => ({
      total: ledger.head().sequence,
      entries: ledger.entries({ afterSequence: after, limit }).map(withRound),
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

/** The ledger itself knows identifiers only. */
function roundReader(rounds: ChargedRounds): (entry: LedgerEntryView) => LedgerEntryView {
  return (entry) => {
    const { kind, roundId, refersTo } = entry;
    if (roundId === null) return entry;
    const isOutcome = kind !== 'charge' && refersTo !== null;
    return {
      ...entry,
      roundIndex: rounds.indexOf(roundId),
      decidedBy: isOutcome ? rounds.deciders({ roundId, sequence: refersTo }) : null,
    };
  };
}

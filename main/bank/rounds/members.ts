/** Who counter-signed a run and with which public tier; each signature is verified once. */
import type { RunState, SignedRunMembership } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { BankId, RunId } from '#shared/ids.ts';
import type { RoundsStore } from './store/records.ts';
import { isMembershipSigned, type RosterKeys } from './verify.ts';

export interface Members {
  /** Throws `signature-invalid` for a membership that its bank did not sign for this very charter. */
  apply(run: RunState, keys: RosterKeys): void;
  of(runId: RunId): readonly SignedRunMembership[];
  tiers(runId: RunId): ReadonlyMap<BankId, number>;
  /** Of those whom the hub names, the banks that signed for the run; each once, whatever the hub says. */
  signedAmong(runId: RunId, named: readonly BankId[]): readonly BankId[];
}

export function createMembers(store: Pick<RoundsStore, 'saveMember'>): Members {
  const verified = new Set<string>();
  const runs = new Map<RunId, readonly SignedRunMembership[]>();
  // A bank that left stays in the rounds it was in: tiers are remembered while the app runs.
  const tiers = new Map<RunId, Map<BankId, number>>();
  const tiersOf = (runId: RunId): ReadonlyMap<BankId, number> =>
    tiers.get(runId) ?? new Map<BankId, number>();
  return {
    apply: (run, keys) => {
      const known = tiers.get(run.runId) ?? new Map<BankId, number>();
      for (const signed of run.members) {
        const { membership, signature } = signed;
        if (!verified.has(signature)) {
          const isSame = membership.runId === run.runId && membership.charterHash === run.charterHash;
          if (!isSame || !isMembershipSigned(signed, keys))
            throw new FailureError(
              'signature-invalid',
              `The membership of ${membership.bankId} is not its own`,
              {
                runId: run.runId,
              },
            );
          store.saveMember(signed);
          verified.add(signature);
        }
        known.set(membership.bankId, membership.tier);
      }
      tiers.set(run.runId, known);
      runs.set(run.runId, run.members);
    },
    of: (runId) => runs.get(runId) ?? [],
    tiers: tiersOf,
    signedAmong: (runId, named) => [...new Set(named)].filter((bankId) => tiersOf(runId).has(bankId)),
  };
}

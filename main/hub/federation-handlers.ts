/** The hub's answers to banks. Standing is looked up at every call: a suspended bank is refused at once. */
import { FailureError } from '#shared/failure.ts';
import type { BankId, RunId } from '#shared/ids.ts';
import type { SignedRunMembership } from '#shared/contract/federation.ts';
import { sizeTier } from '#shared/round/size-tier.ts';
import type { FederationHandlers, FederationPeer } from '#main/wire/connections.ts';
import { requireStatement } from '#main/wire/identity.ts';
import type { LedgerHeads } from './ledger-heads.ts';
import type { Members } from './members.ts';
import type { Intake } from './rounds/intake.ts';
import { memberships, type OpenRun, requireOpen } from './rounds/open-run.ts';
import type { Results } from './rounds/results.ts';
import type { Rounds } from './rounds/rounds.ts';
import { snapshotFor } from './rounds/snapshot.ts';
import type { BankRecord } from './store/members.ts';
import type { HubStore } from './store/store.ts';

export interface HandlersOptions {
  readonly store: HubStore;
  readonly members: Members;
  readonly runs: ReadonlyMap<RunId, OpenRun>;
  readonly rounds: Rounds;
  readonly intake: Intake;
  readonly results: Results;
  readonly ledgerHeads: LedgerHeads;
  readonly announce: () => void;
}

export function federationHandlers(options: HandlersOptions): FederationHandlers {
  const { store, runs, rounds, members, results, intake, ledgerHeads } = options;
  const memberOf = (peer: FederationPeer): BankRecord => members.requireMember(peer.bankKey);
  return {
    enrol: (input, peer) => members.enrol({ ...input, publicKey: peer.bankKey }),
    pull: (_, peer) =>
      snapshotFor(store.members.bankByKey(peer.bankKey), {
        store,
        runs: runs.values(),
        rounds,
        version: store.members.consortium()?.version ?? 0,
      }),
    runPlan: ({ runId }, peer) => {
      memberOf(peer);
      const run = runs.get(runId);
      if (run === undefined) throw new FailureError('not-found', `This hub has no run ${runId}`);
      return run.record.plan;
    },
    joinRun: (signed, peer) => {
      joinRun(options, memberOf(peer), signed);
      return {};
    },
    leaveRun: ({ runId }, peer) => {
      leaveRun(options, memberOf(peer), runId);
      return {};
    },
    joinRound: ({ roundId }, peer) => {
      const { bankId } = memberOf(peer);
      rounds.apply(collecting(runs, { roundId, bankId }), { kind: 'bank-entered', bankId });
      return {};
    },
    declineRound: ({ roundId }, peer) => {
      const { bankId } = memberOf(peer);
      rounds.apply(collecting(runs, { roundId, bankId }), { kind: 'bank-declined', bankId });
      return {};
    },
    anchorLedger: (anchoring, peer) => ledgerHeads.anchor(memberOf(peer), anchoring),
    offerUpdate: (signed, peer) => intake.offer(memberOf(peer), signed),
    sendChunk: (chunk, peer) => intake.chunk(memberOf(peer), chunk),
    roundResult: (input, peer) => {
      memberOf(peer);
      return results.roundResult(input);
    },
    blob: (input, peer) => {
      memberOf(peer);
      return results.blob(input);
    },
  };
}

/** Throws 'round-closed' for a round that collects no updates now. */
function collecting(
  runs: ReadonlyMap<RunId, OpenRun>,
  asked: { readonly roundId: string; readonly bankId: BankId },
): OpenRun {
  const run = [...runs.values()].find((one) => one.round?.roundId === asked.roundId);
  if (run?.round?.state.kind !== 'training')
    throw new FailureError('round-closed', 'This round does not collect updates now');
  if (!run.members.has(asked.bankId))
    throw new FailureError('not-in-cohort', 'This bank has not joined the run');
  return run;
}

/** The bank counter-signs the charter and declares its tier; both are fixed for the run. */
function joinRun(options: HandlersOptions, bank: BankRecord, signed: SignedRunMembership): void {
  const { membership } = signed;
  const run = requireOpen(options.runs.get(membership.runId), membership.runId);
  requireStatement(bank.publicKey, 'run-membership', { document: membership, signature: signed.signature });
  if (membership.bankId !== bank.bankId)
    throw new FailureError(
      'signature-invalid',
      'The membership names another bank than the one that sent it',
    );
  if (membership.charterHash !== run.record.plan.plan.charterHash)
    throw new FailureError('charter-mismatch', 'The membership counter-signs another charter');
  requireTier(run, membership.tier);
  const before = run.everSigned.find((one) => one.membership.bankId === bank.bankId);
  if (before !== undefined && before.membership.tier !== membership.tier)
    throw new FailureError(
      'invalid-input',
      `The tier ${String(before.membership.tier)} is fixed for this run`,
    );
  options.store.transaction(() => {
    options.store.runs.join(signed);
    options.store.members.nextVersion();
    const detail = `${run.charter.title}, tier ${String(membership.tier)}`;
    options.store.audit.append({ actor: bank.name, action: 'run.joined', detail });
  });
  Object.assign(run, memberships(membership.runId, options.store.runs));
  options.announce();
  options.rounds.presenceChanged();
}

function requireTier(run: OpenRun, tier: number): void {
  const { largestTier } = run.charter.participation;
  if (sizeTier(tier) !== tier)
    throw new FailureError('invalid-input', `${String(tier)} is not a public size tier`);
  if (tier > largestTier)
    throw new FailureError(
      'charter-mismatch',
      `The charter's grids are made for tiers up to ${String(largestTier)}, not ${String(tier)}`,
    );
}

function leaveRun(options: HandlersOptions, bank: BankRecord, runId: RunId): void {
  const run = requireOpen(options.runs.get(runId), runId);
  if (!run.members.has(bank.bankId)) return;
  options.store.transaction(() => {
    options.store.runs.leave(runId, bank.bankId);
    options.store.members.nextVersion();
    options.store.audit.append({ actor: bank.name, action: 'run.left', detail: run.charter.title });
  });
  Object.assign(run, memberships(runId, options.store.runs));
  const state = run.round?.state;
  if (state?.kind === 'training' && state.cohort.includes(bank.bankId))
    options.rounds.apply(run, { kind: 'bank-declined', bankId: bank.bankId });
  options.announce();
  options.rounds.presenceChanged();
}

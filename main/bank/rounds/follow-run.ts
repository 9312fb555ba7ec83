/** Brings one run up to what the hub says of it: plan, log, own part in every round. Truth is pulled; each step can repeat. */
import { FailureError, isFailure } from '#shared/failure.ts';
import type { RoundState, RunState } from '#shared/contract/federation.ts';
import type { RunId } from '#shared/ids.ts';
import { isFinal } from '#shared/round/participation.ts';
import type { RoundContext } from '../review/round-context.ts';
import { utcNow } from '../review/gate-ports.ts';
import type { Members } from './members.ts';
import type { Models } from './models.ts';
import type { OpenRounds } from './open-rounds.ts';
import type { Roster } from './roster.ts';
import { acknowledge, endOutboxOf } from './outbox-end.ts';
import type { HubSession, RoundsPorts } from './rounds-ports.ts';
import type { RunRecord } from './store/records.ts';
import { verifyPlan, verifyReceipt } from './verify.ts';

export interface RunFollowing {
  readonly ports: RoundsPorts;
  readonly models: Models;
  readonly roster: Roster;
  readonly members: Members;
  readonly openRounds: OpenRounds;
}

/** Failures that say: this hub departs from what was signed. The run stops here until a person acts. */
const BREACHES = ['charter-mismatch', 'signature-invalid', 'checkpoint-invalid'] as const;

export async function followRun(
  following: RunFollowing,
  session: HubSession,
  state: RunState,
): Promise<void> {
  const { ports } = following;
  try {
    const run = await knownRun(ports, session, state);
    if (run.failure !== null) return;
    following.members.apply(state, following.roster.keys());
    if (run.status !== state.status) ports.store.setStatus(run.runId, state.status);
    const joined = recoverMembership(ports, run, state);
    if (state.status !== 'open') endScopeOf(ports, run.runId);
    if (joined.membership !== 'joined') return;
    await followLog(following, { session, run: joined, state });
    await followRound(following, { session, run: requireRun(ports, run.runId), state });
  } catch (error) {
    if (!BREACHES.some((code) => isFailure(error, code)) || !isFailure(error)) throw error;
    if (ports.store.run(state.runId) !== undefined) {
      ports.store.setRunFailure(state.runId, error.toFailure());
      ports.audit('run.refused', { runId: state.runId, code: error.code, message: error.message });
    }
    following.openRounds.drop(state.runId);
    ports.log.error('run.refused', { runId: state.runId, code: error.code });
    ports.changed('runs', 'app');
  }
}

async function knownRun(
  ports: RoundsPorts,
  { calls, trust }: HubSession,
  state: RunState,
): Promise<RunRecord> {
  const known = ports.store.run(state.runId);
  if (known === undefined) {
    const plan = await calls.runPlan({ runId: state.runId });
    verifyPlan(plan, state, trust);
    ports.store.addRun(plan, utcNow(ports.clock));
    ports.changed('runs');
    return requireRun(ports, state.runId);
  }
  if (known.charterHash !== state.charterHash)
    throw new FailureError('charter-mismatch', 'The hub replaced the charter of a run', {
      signed: known.charterHash,
      named: state.charterHash,
    });
  return known;
}

function requireRun(ports: RoundsPorts, runId: RunId): RunRecord {
  const run = ports.store.run(runId);
  if (run === undefined) throw new FailureError('not-found', 'There is no such run', { runId });
  return run;
}

/** A crash between the hub's answer and our own commit: the membership that this bank signed is in the list. */
function recoverMembership(ports: RoundsPorts, run: RunRecord, state: RunState): RunRecord {
  if (run.membership !== 'none') return run;
  const { bankId } = ports.identity();
  const own = state.members.find(({ membership }) => membership.bankId === bankId);
  if (own === undefined) return run;
  const { tier } = own.membership;
  ports.store.noteJoined(run.runId, { tier, epsilonAtJoin: ports.ledger.chargedEpsilon() });
  return requireRun(ports, run.runId);
}

interface Followed {
  readonly session: HubSession;
  readonly run: RunRecord;
  readonly state: RunState;
}

async function followLog(following: RunFollowing, { session, run, state }: Followed): Promise<void> {
  const { models, roster, members } = following;
  await models.catchUp(run, {
    session,
    committed: state.committed,
    keys: roster.keys(),
    tiers: members.tiers(run.runId),
  });
}

async function followRound(following: RunFollowing, { session, run, state }: Followed): Promise<void> {
  const { ports, openRounds } = following;
  endOldParts(ports, run, state);
  const round = state.round;
  const isOpen =
    round !== null && state.status === 'open' && (round.phase === 'enrolling' || round.phase === 'training');
  if (round === null || !isOpen) {
    openRounds.drop(run.runId);
    if (round !== null) noteOwn(ports, session, round);
    return;
  }
  const context = roundContext(following, { session, run, state }, round);
  ports.participations.offer({
    roundId: round.roundId,
    runId: run.runId,
    index: round.index,
    baseHash: round.baseHash,
    closesInMs: round.closesInMs,
  });
  openRounds.note(context, round);
  noteOwn(ports, session, round);
  await enter(ports, session, round);
  openRounds.trainWhereAllowed(round.roundId);
}

/** The round as this bank can stand for it: the base is the model that it computed itself. */
function roundContext(following: RunFollowing, { session, run }: Followed, round: RoundState): RoundContext {
  const { ports, models, members } = following;
  const head = models.head(run);
  const tiers = members.tiers(run.runId);
  // The hub's list alone makes no cohort: names that signed nothing would stand in for banks that hide this one.
  const cohort = members.signedAmong(run.runId, round.cohort);
  if (round.index !== head.version || round.baseHash !== head.checkpointHash)
    throw new FailureError(
      'checkpoint-invalid',
      'The round starts from another model than this bank computed',
      {
        computed: head.checkpointHash,
        named: round.baseHash,
      },
    );
  return {
    consortiumId: session.trust.consortiumId,
    runId: run.runId,
    roundId: round.roundId,
    index: round.index,
    plan: run.plan,
    charter: run.plan.plan.charter,
    charterHash: run.charterHash,
    baseHash: head.checkpointHash,
    checkpoint: head.checkpoint,
    model: { sumCheck: head.sumCheck, alarms: head.alarms },
    tier: run.tier ?? 0,
    cohort: cohort.length,
    cohortTiers: cohort.reduce((sum, bankId) => sum + (tiers.get(bankId) ?? 0), 0),
    epsilonAtJoin: run.epsilonAtJoin,
    closesAt: round.closesInMs === null ? null : ports.clock.monotonic() + round.closesInMs,
  };
}

async function enter(ports: RoundsPorts, { calls }: HubSession, round: RoundState): Promise<void> {
  const { bankId } = ports.identity();
  if (ports.participations.get(round.roundId)?.state.kind !== 'offered') return;
  const isInCohort = round.cohort.includes(bankId);
  // Until training starts the hub counts who is connected; from then on a late bank asks.
  if (!isInCohort && round.phase === 'enrolling') return;
  if (!isInCohort) await calls.joinRound({ roundId: round.roundId });
  ports.gate.roundEvent(round.roundId, { kind: 'entered' });
}

/** The acknowledgement may have been lost: the hub repeats it with every pull. */
function noteOwn(ports: RoundsPorts, { trust }: HubSession, { roundId, own }: RoundState): void {
  const part = ports.participations.get(roundId);
  if (own.kind !== 'committed' || part?.state.kind !== 'sending') return;
  const held = ports.review.held(part.state.updateId);
  if (held === undefined) return;
  verifyReceipt(own.receipt, held.header, trust);
  acknowledge(ports, held, own.receipt);
}

/** A round that was missed leaves its share of the hold. A ledger that blocks keeps it until it stands again. */
function endScopeOf({ gate, ledger }: RoundsPorts, runId: RunId): void {
  if (ledger.health().kind !== 'verified') return;
  gate.runOver(runId);
  ledger.mirrorCommitted();
}

/** Parts in rounds that are over without a published entry: failed, cancelled, or the run itself ended. */
function endOldParts(ports: RoundsPorts, run: RunRecord, state: RunState): void {
  const over: readonly RoundState['phase'][] = ['failed', 'cancelled', 'published'];
  for (const part of ports.participations.open()) {
    if (part.runId !== run.runId || isFinal(part.state)) continue;
    const isCurrent = part.roundId === state.round?.roundId && !over.includes(state.round.phase);
    if (isCurrent && state.status === 'open') continue;
    ports.transact(() => {
      ports.gate.roundEvent(part.roundId, { kind: 'round-abandoned' });
      endOutboxOf(ports, part.roundId);
    });
  }
}

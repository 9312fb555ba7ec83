/**
 * The release gate: the only way from training to the outbox. Order, always (I1 to I3): charge committed → training draws
 * noise → exact bytes held → review, or limits of a running scope → approval, outbox and `released` in one commit → send.
 */
import { FailureError, isFailure } from '#shared/failure.ts';
import { type RoundId, type RunId, UpdateId } from '#shared/ids.ts';
import { newId } from '#main/platform/random.ts';
import { isFinal, type ParticipationEffect, type ParticipationEvent } from '#shared/round/participation.ts';
import type { ScopeRecord, ScopeState } from '../store/scopes.ts';
import { chargeSequences } from './approval.ts';
import { decideAutomatically, refusedByPolicy } from './automatic.ts';
import { blockingCheck } from './checks.ts';
import { commit, type GatePorts, utcNow } from './gate-ports.ts';
import { statisticsAtHolding } from './held-figures.ts';
import { holdUpdate } from './held.ts';
import { createReleases, type Releases } from './releases.ts';
import { type PlannedTraining, planRetraining, type RetrainRequest, termsByHand } from './retraining.ts';
import { showsRawFigures } from './raw-figures.ts';
import { requirePolicyAtRelease } from './release-policy.ts';
import { writeWithout } from './write-release.ts';
import { type Checked, checksOf } from './review-checks.ts';
import type { RoundContext } from './round-context.ts';
import { closeScope, endBefore, openScope, standingScope } from './scoping.ts';
import { createTrainings, type Trained, type Trainings } from './trainings.ts';

export interface Gate extends Omit<Releases, 'cancelCountdown' | 'close'> {
  /** By the analyst's click. Resolves when the update is held, decided or the training was stopped. */
  train(round: RoundContext): Promise<void>;
  /**
   * Discards the held update and trains again with more noise; a refusal before the new charge changes nothing. Resolves as
   * `train`. What it makes waits for a person whatever scope runs.
   */
  retrain(request: RetrainRequest): Promise<void>;
  /** Trains unattended where a scope of the run is running or the standing policy opens one; else does nothing. */
  trainWithinScope(round: RoundContext): Promise<void>;
  stopTraining(roundId: RoundId): Promise<void>;
  /** Something happened to the round: stores the next state and does what follows from it. */
  roundEvent(roundId: RoundId, event: ParticipationEvent): void;
  stopScope(runId: RunId): void;
  /** The run is over: what its scope still holds for rounds that were never sent is returned. */
  runOver(runId: RunId): void;
  /** This bank left the run: a scope does not go on when it comes back. Joins the transaction. */
  runLeft(runId: RunId): void;
  /**
   * The standing policy was set anew: scopes that stopped do not stand in its way any more. Switched off, it ends those
   * that it opened. Joins the transaction.
   */
  standingChanged(): void;
  /**
   * One person or two decide from now on: what was signed so far is void, and in mode `two` the scopes that one person
   * opened end. Joins the transaction that sets the mode.
   */
  reviewModeChanged(): void;
  readonly trainings: Pick<Trainings, 'progress' | 'running'>;
  /** Before the store closes: countdowns end as not released, a running training as interrupted. */
  close(): Promise<void>;
}

/** Charges a round may cost without a person: a crash is repeated, a crash loop is not. */
const UNATTENDED_TRAININGS = 3;

export function createGate(ports: GatePorts): Gate {
  const trainings = createTrainings(ports);
  /** A person set the standing policy since the last scope stopped. */
  let isStandingFresh = false;
  const releases = createReleases(ports, (held, round) => {
    requireReleasable(ports, { held, round, signatures: releases.signatures(held.updateId) });
  });
  const trainUnder = async ({ round, terms }: PlannedTraining): Promise<void> => {
    const trained = await trainings.run(round, terms);
    if (trained !== undefined && hold(ports, trained) === 'scope-stopped') isStandingFresh = false;
  };
  const roundEvent = (roundId: RoundId, event: ParticipationEvent): void => {
    const effects = commit(ports, roundId, () => {
      const following = ports.participations.offerEvent(roundId, event);
      for (const effect of following) recordEffect(ports, effect);
      return following;
    });
    for (const effect of effects) perform(ports, { effect, roundId, trainings, releases });
    ports.changed('runs', 'review', 'privacy');
  };
  return {
    ...releases,
    train: (round) => trainUnder({ round, terms: termsByHand(ports, round) }),
    retrain: async (request) => trainUnder(planRetraining(ports, request)),
    trainWithinScope: async (round) => {
      const part = ports.participations.get(round.roundId);
      if (part === undefined || part.trainings >= UNATTENDED_TRAININGS || isInHands(ports, part.roundId))
        return;
      if (endUnpaid(ports, round)?.kind === 'stopped-by-limit') isStandingFresh = false;
      const scope = ports.scopes.running(round.runId) ?? openStanding(ports, round, isStandingFresh);
      isStandingFresh = false;
      if (scope === undefined) return;
      await trainUnder({ round, terms: { scope } }).catch((error: unknown) => {
        stopWhereRefused(ports, round, error);
        throw error;
      });
    },
    stopTraining: (roundId) => trainings.stop(roundId),
    roundEvent,
    ...endsOfScopes(ports),
    standingChanged: () => {
      isStandingFresh = true;
      if (ports.standing().kind === 'off') endStandingScopes(ports);
    },
    stopScope: (runId) => {
      stopScope(ports, runId);
      isStandingFresh = false;
    },
    reviewModeChanged: () => {
      ports.signatures.clearPending();
      if (ports.reviewers.mode() === 'one') return;
      isStandingFresh = false;
      for (const scope of ports.scopes.allRunning()) closeScope(ports, scope, { kind: 'stopped-by-person' });
    },
    trainings,
    close: () => {
      releases.close();
      return trainings.close();
    },
  };
}

/** Throws the first thing that forbids the release of this update now. */
function requireReleasable(ports: GatePorts, checked: Checked): void {
  const { held, round } = checked;
  requirePolicyAtRelease(ports, { charge: held.charge, round });
  const blocked = blockingCheck(checksOf(ports, checked));
  if (blocked === undefined) return;
  const code =
    blocked.id === 'digest'
      ? 'digest-changed'
      : blocked.id === 'deadline'
        ? 'deadline-passed'
        : 'policy-refused';
  throw new FailureError(code, `${blocked.title}: ${blocked.detail}`, { check: blocked.id });
}

/** A floor that rose refuses the charge: the scope says so and asks, instead of waiting in silence. */
function stopWhereRefused(ports: GatePorts, { runId, index }: RoundContext, error: unknown): void {
  const scope = ports.scopes.running(runId);
  if (scope === undefined || !isFailure(error, 'policy-refused')) return;
  ports.transact(() => {
    closeScope(ports, scope, { kind: 'stopped-by-limit', index, ...refusedByPolicy(error) });
  });
  ports.ledger.mirrorCommitted();
  ports.changed('runs', 'privacy', 'review');
}

/** Ends a running scope that has nothing set aside for this round; answers how. */
function endUnpaid(ports: GatePorts, round: RoundContext): ScopeState | null {
  const scope = ports.scopes.running(round.runId);
  const end = scope === undefined ? null : endBefore(ports, scope, round);
  if (scope === undefined || end === null) return null;
  ports.transact(() => {
    closeScope(ports, scope, end);
  });
  ports.ledger.mirrorCommitted();
  ports.changed('runs', 'privacy', 'review');
  return end;
}

function stopScope(ports: GatePorts, runId: RunId): void {
  if (ports.scopes.running(runId) === undefined)
    throw new FailureError('not-found', 'No release scope of this run is running');
  endScope(ports, runId, { kind: 'stopped-by-person' });
  ports.ledger.mirrorCommitted();
}

function endsOfScopes(ports: GatePorts): Pick<Gate, 'runOver' | 'runLeft'> {
  return {
    runOver: (runId) => {
      endScope(ports, runId, { kind: 'ended' });
    },
    runLeft: (runId) => {
      endScope(ports, runId, { kind: 'stopped-by-person' });
    },
  };
}

function endStandingScopes(ports: GatePorts): void {
  for (const { runId, source } of ports.scopes.allRunning())
    if (source === 'standing-policy') endScope(ports, runId, { kind: 'ended' });
}

/** Where one is running. Joins an open transaction; a returned hold may be mirrored later. */
function endScope(ports: GatePorts, runId: RunId, state: Parameters<typeof closeScope>[2]): void {
  const scope = ports.scopes.running(runId);
  if (scope === undefined) return;
  ports.transact(() => {
    closeScope(ports, scope, state);
  });
  ports.changed('runs', 'privacy', 'review');
}

/** An update of the round was discarded: who did so sees what comes next, whatever scope runs. */
function isInHands({ store }: GatePorts, roundId: RoundId): boolean {
  return store.heldOfRound(roundId) !== undefined;
}

function isStoppedByLimit({ scopes }: GatePorts, runId: RunId): boolean {
  return scopes.newest(runId)?.state.kind === 'stopped-by-limit';
}

/**
 * The outcome becomes the held update; under a running scope its decision is part of the same commit. Answers whether the
 * newest scope of the run is one that a limit stopped.
 */
function hold(ports: GatePorts, trained: Trained): 'scope-stopped' | 'held' {
  holdTrained(ports, trained);
  return isStoppedByLimit(ports, trained.round.runId) ? 'scope-stopped' : 'held';
}

function holdTrained(ports: GatePorts, { round, outcome, charge }: Trained): void {
  const { roundId } = round;
  const part = ports.participations.get(roundId);
  if (part === undefined || isFinal(part.state)) {
    // The round ended while the last batch ran: the bytes are dropped, the charge stays.
    for (const sequence of chargeSequences(charge)) ports.ledger.recordOutcome(sequence, 'late');
    return;
  }
  const before = ports.lastIncluded(round.runId);
  const held = holdUpdate({
    round,
    outcome,
    charge,
    bankId: ports.identity().bankId,
    updateId: newId(ports.random, 'upd', UpdateId),
    createdAt: utcNow(ports.clock),
    statistics: statisticsAtHolding(ports, {
      ...{ round, outcome, charge, before },
      dataVersion: ports.dataVersion(),
    }),
  });
  // Asked for anew: a person may have stopped the scope while it trained.
  const scope = isInHands(ports, roundId) ? undefined : ports.scopes.running(round.runId);
  const released = commit(ports, roundId, () => {
    ports.participations.apply(roundId, { kind: 'update-held', updateId: held.updateId });
    ports.store.addHeld(held);
    return scope !== undefined && decideAutomatically(ports, { held, round, scope });
  });
  if (released) ports.send(held.updateId);
  if (!released || showsRawFigures(scope, round.index)) ports.leaks.updateHeld(held.updateId);
  ports.changed('runs', 'review', 'privacy');
}

function openStanding(ports: GatePorts, round: RoundContext, isFreshlySet: boolean): ScopeRecord | undefined {
  const request = standingScope(ports, round, isFreshlySet);
  if (request === undefined) return undefined;
  try {
    const scope = commit(ports, round.roundId, () => openScope(ports, request));
    ports.ledger.mirrorCommitted();
    return scope;
  } catch (error) {
    // The round then waits for a person, who sees the same refusal on the click.
    if (!isFailure(error)) throw error;
    ports.log.warn('scope.not-opened', { runId: round.runId, code: error.code });
    return undefined;
  }
}

/** Effects that are rows: written with the state. */
function recordEffect(ports: GatePorts, effect: ParticipationEffect): void {
  if (effect.kind !== 'record-outcome') return;
  const held = ports.store.held(effect.updateId);
  if (held === undefined) return;
  writeWithout(ports, held, { kind: effect.outcome, note: '' });
}

interface Following {
  readonly effect: ParticipationEffect;
  readonly roundId: RoundId;
  readonly trainings: Trainings;
  readonly releases: Releases;
}

function perform(ports: GatePorts, { effect, roundId, trainings, releases }: Following): void {
  switch (effect.kind) {
    case 'stop-training':
      void trainings.stop(roundId);
      return;
    case 'cancel-countdown':
      releases.cancelCountdown(effect.updateId);
      return;
    case 'tell-hub-declined':
      ports.tellDeclined(roundId);
      return;
    case 'send':
      ports.send(effect.updateId);
      return;
    case 'start-countdown':
    case 'record-outcome':
      // done by `ask` and in the transaction
      return;
  }
}

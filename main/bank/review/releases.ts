/**
 * Decisions on held updates. A release by hand counts down in memory; then approval, outbox row and the ledger's `released`
 * are one FULL commit, and only after it anything is sent (I2, I3). Nothing here changes a held byte.
 */
import { digestOf, signStatement } from '#main/wire/identity.ts';
import { FailureError } from '#shared/failure.ts';
import type { Digest, UpdateId } from '#shared/ids.ts';
import type { ReleaseScope } from '#shared/round/review-view.ts';
import type { ScopeRecord } from '../store/scopes.ts';
import { approvalOf } from './approval.ts';
import { createCountdowns } from './countdowns.ts';
import { commit, type GatePorts, utcNow } from './gate-ports.ts';
import { CLOSING_MARGIN_MS, remainingMs, type RoundContext } from './round-context.ts';
import { openScope, planScope, type ScopeRequest } from './scoping.ts';
import type { HeldUpdate } from './store.ts';

export interface ReleaseRequest {
  readonly updateId: UpdateId;
  /** SHA-256 that the analyst saw (I14). */
  readonly digest: Digest;
  readonly scope: ReleaseScope;
  readonly note: string;
}

export interface Releases {
  /** Starts the countdown. Throws and changes nothing when the update may not leave as asked. */
  ask(request: ReleaseRequest): void;
  undo(updateId: UpdateId): void;
  withhold(updateId: UpdateId, note: string): void;
  /** Milliseconds until it is committed; null when it does not count down. */
  sendsInMs(updateId: UpdateId): number | null;
  cancelCountdown(updateId: UpdateId): void;
  close(): void;
  /** Why the last countdown did not end in a release; shown until the next decision. */
  lastFailure(updateId: UpdateId): FailureError | undefined;
}

/** Throws the first thing that forbids the release of this update now; injected, since it looks at the whole review. */
export type RequireReleasable = (held: HeldUpdate, round: RoundContext) => void;

export function createReleases(ports: GatePorts, requireReleasable: RequireReleasable): Releases {
  const countdowns = createCountdowns(ports.clock);
  const failures = new Map<UpdateId, FailureError>();
  const finish = (request: ReleaseRequest): void => {
    const { updateId } = request;
    const held = ports.store.held(updateId);
    if (held === undefined) return;
    try {
      commitByHand(ports, held, request);
      ports.send(updateId);
    } catch (error) {
      // Nothing was committed, so nothing is released: the update waits for a decision again, with the reason.
      ports.participations.reload(held.roundId);
      const failure =
        error instanceof FailureError ? error : new FailureError('internal', 'The release failed');
      failures.set(updateId, failure);
      ports.log.warn('release.not-committed', { updateId, code: failure.code });
    }
    ports.changed('review', 'runs', 'privacy');
  };
  return {
    ask: (request) => {
      ports.requireSound();
      const held = requireWaiting(ports, request.updateId);
      const round = requireOpenRound(ports, held);
      requireSameBytes(held, request.digest);
      requireReleasable(held, round);
      const following = scopeRequest(round, request);
      if (following !== undefined) planScope(ports, following);
      failures.delete(request.updateId);
      ports.participations.apply(held.roundId, { kind: 'release-asked' });
      const undoMs = ports.policy().undoSeconds * 1000;
      if (undoMs === 0) finish(request);
      else
        countdowns.start(request.updateId, undoMs, () => {
          finish(request);
        });
      ports.changed('review', 'runs');
    },
    undo: (updateId) => {
      const held = ports.store.held(updateId);
      if (held === undefined || countdowns.remaining(updateId) === null)
        throw new FailureError('already-released', 'This update does not count down any more', { updateId });
      countdowns.cancel(updateId);
      ports.participations.apply(held.roundId, { kind: 'undone' });
      ports.changed('review', 'runs');
    },
    withhold: (updateId, note) => {
      withhold(ports, updateId, note);
    },
    sendsInMs: (updateId) => countdowns.remaining(updateId),
    cancelCountdown: (updateId) => {
      countdowns.cancel(updateId);
    },
    lastFailure: (updateId) => failures.get(updateId),
    close: () => {
      countdowns.cancelAll();
    },
  };
}

/** Release, approval, outbox and ledger in the caller's transaction; the state goes from `released` to `sending`. */
export function writeRelease(
  ports: GatePorts,
  held: HeldUpdate,
  by: { readonly source: 'review' | 'scope'; readonly scope: ScopeRecord | undefined; readonly note: string },
): void {
  ports.requireSound();
  requireSameBytes(held, held.header.payloadHash);
  const approval = approvalOf(held.header, held.charge);
  const { privateKey } = ports.identity();
  ports.store.addRelease(held.updateId, {
    approval,
    header: { header: held.header, signature: signStatement(privateKey, 'update', held.header) },
    source: by.source,
    scopeNumber: by.scope?.number ?? null,
  });
  ports.store.decide(held.updateId, { kind: 'released', note: by.note, decidedAt: utcNow(ports.clock) });
  if (held.charge !== null) ports.ledger.recordOutcome(held.charge.sequence, 'released');
  ports.participations.apply(held.roundId, { kind: 'release-committed' });
  ports.audit('update.released', {
    ...approval,
    source: by.source,
    scope: by.scope?.number ?? null,
    restsOn: by.scope?.reviewUpdateId ?? null,
  });
}

/** The bytes have the digest that was seen and that they were held with; throws `digest-changed`. */
export function requireSameBytes(held: HeldUpdate, seen: Digest): void {
  const actual = digestOf(held.payload);
  if (actual === seen && actual === held.header.payloadHash && held.payload.length === held.header.byteLength)
    return;
  throw new FailureError('digest-changed', 'The stored update is not the one that was shown', {
    shown: seen,
    stored: actual,
  });
}

function commitByHand(ports: GatePorts, held: HeldUpdate, request: ReleaseRequest): void {
  const round = requireOpenRound(ports, held, 0);
  requireSameBytes(held, request.digest);
  commit(ports, held.roundId, () => {
    writeRelease(ports, held, { source: 'review', scope: undefined, note: request.note });
    const following = scopeRequest(round, request);
    if (following !== undefined) openScope(ports, following);
  });
  ports.ledger.mirrorCommitted();
}

function scopeRequest(round: RoundContext, { scope, updateId }: ReleaseRequest): ScopeRequest | undefined {
  if (scope.kind === 'this-round') return undefined;
  return {
    round,
    source: 'review',
    reviewUpdateId: updateId,
    firstIndex: round.index + 1,
    rounds: scope.following,
    limits: scope.limits,
  };
}

function requireWaiting(ports: GatePorts, updateId: UpdateId): HeldUpdate {
  const held = ports.store.held(updateId);
  if (held === undefined)
    throw new FailureError('nothing-to-review', 'There is no such update', { updateId });
  if (ports.store.isRoundReleased(held.roundId))
    throw new FailureError('already-released', 'This round was released already', { roundId: held.roundId });
  const state = ports.participations.get(held.roundId)?.state;
  if (state?.kind === 'released')
    throw new FailureError('already-released', 'This update counts down already', { updateId });
  if (state?.kind === 'missed')
    throw new FailureError('deadline-passed', 'The round closed before the release', { updateId });
  if (state?.kind !== 'reviewing' || state.updateId !== updateId)
    throw new FailureError('nothing-to-review', 'This update does not wait for a decision', { updateId });
  return held;
}

function requireOpenRound(ports: GatePorts, held: HeldUpdate, marginMs = CLOSING_MARGIN_MS): RoundContext {
  const round = ports.roundOf(held.roundId);
  const remaining = round === undefined ? 0 : remainingMs(round, ports.clock.monotonic());
  if (round !== undefined && (remaining === null || remaining > marginMs)) return round;
  throw new FailureError('deadline-passed', 'The round closes now; the update was not sent', {
    roundId: held.roundId,
  });
}

function withhold(ports: GatePorts, updateId: UpdateId, note: string): void {
  const held = requireWaiting(ports, updateId);
  commit(ports, held.roundId, () => {
    ports.participations.apply(held.roundId, { kind: 'withheld' });
    recordWithout(ports, held, { kind: 'withheld', note });
    ports.audit('update.withheld', { updateId, roundId: held.roundId });
  });
  ports.tellDeclined(held.roundId);
  ports.changed('review', 'runs', 'privacy');
}

/** A held update that will never leave: the decision and the ledger's outcome, in the caller's transaction. */
export function recordWithout(
  ports: GatePorts,
  held: HeldUpdate,
  decision: { readonly kind: 'withheld' | 'late'; readonly note: string },
): void {
  ports.store.decide(held.updateId, { ...decision, decidedAt: utcNow(ports.clock) });
  if (held.charge !== null) ports.ledger.recordOutcome(held.charge.sequence, decision.kind);
}

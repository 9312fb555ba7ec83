/**
 * Decisions on held updates by people. A release by hand counts down in memory; then approval, signatures, outbox row and
 * the ledger's `released` are one FULL commit, and only after it anything is sent (I2, I3). No held byte changes here.
 */
import { digestOf } from '#main/wire/identity.ts';
import { FailureError } from '#shared/failure.ts';
import type { Digest, UpdateId } from '#shared/ids.ts';
import type { ReleaseScope, ReviewSignatures } from '#shared/round/review-view.ts';
import type { Signer } from '../settings/reviewer-keys.ts';
import type { GivenSignature } from '../store/review-signatures.ts';
import { createCountdowns } from './countdowns.ts';
import { commit, type GatePorts, utcNow } from './gate-ports.ts';
import { requirePolicyAtRelease } from './release-policy.ts';
import { CLOSING_MARGIN_MS, remainingMs, type RoundContext } from './round-context.ts';
import { openScope, planScope, type ScopeRequest } from './scoping.ts';
import {
  joinedNote,
  requireSignatures,
  signaturesView,
  type SignedFor,
  signRelease,
  validSignatures,
} from './signatures.ts';
import type { HeldUpdate } from './store.ts';
import { requireSameBytes, writeRelease, writeWithout } from './write-release.ts';

export interface ReleaseRequest {
  readonly updateId: UpdateId;
  /** SHA-256 that the analyst saw (I14). */
  readonly digest: Digest;
  readonly scope: ReleaseScope;
  readonly note: string;
}

export interface Releases {
  /** In mode `one`: starts the countdown. Throws and changes nothing when the update may not leave as asked. */
  ask(request: ReleaseRequest): void;
  /** In mode `two`: a reviewer's signature. The second one for the same bytes and scope starts the countdown. */
  sign(request: ReleaseRequest, signer: Signer): { readonly given: number; readonly needed: number };
  /** Takes back what was signed while it waits. */
  unsign(updateId: UpdateId): void;
  /** Back to waiting; who signed signs anew. */
  undo(updateId: UpdateId): void;
  withhold(updateId: UpdateId, note: string): void;
  signatures(updateId: UpdateId): ReviewSignatures;
  /** Milliseconds until it is committed; null when it does not count down. */
  sendsInMs(updateId: UpdateId): number | null;
  cancelCountdown(updateId: UpdateId): void;
  close(): void;
  /** Why the last countdown did not end in a release; shown until the next decision. */
  lastFailure(updateId: UpdateId): FailureError | undefined;
}

/** Throws the first thing that forbids the release of this update now; injected, since it looks at the whole review. */
export type RequireReleasable = (held: HeldUpdate, round: RoundContext) => void;

/** A release that a person, or two, decided on. */
interface Decided {
  readonly request: ReleaseRequest;
  /** Empty in mode `one`. */
  readonly given: readonly GivenSignature[];
}

export function createReleases(ports: GatePorts, requireReleasable: RequireReleasable): Releases {
  const countdowns = createCountdowns(ports.clock);
  const failures = new Map<UpdateId, FailureError>();
  /** Signatures of the releases that count down: only the commit writes them. */
  const deciding = new Map<UpdateId, readonly GivenSignature[]>();
  const finish = (decided: Decided): void => {
    const { updateId } = decided.request;
    deciding.delete(updateId);
    const failure = finishRelease(ports, decided);
    if (failure !== undefined) failures.set(updateId, failure);
    ports.changed('review', 'runs', 'privacy');
  };
  const begin = (held: HeldUpdate, decided: Decided): void => {
    const { updateId } = decided.request;
    failures.delete(updateId);
    ports.participations.apply(held.roundId, { kind: 'release-asked' });
    deciding.set(updateId, decided.given);
    const undoMs = ports.policy().undoSeconds * 1000;
    if (undoMs === 0) finish(decided);
    else
      countdowns.start(updateId, undoMs, () => {
        finish(decided);
      });
  };
  const cancelCountdown = (updateId: UpdateId): void => {
    deciding.delete(updateId);
    countdowns.cancel(updateId);
  };
  const requireAskable = (request: ReleaseRequest): HeldUpdate =>
    requireReadyFor(ports, request, requireReleasable);
  return {
    ask: (request) => {
      if (ports.reviewers.mode() === 'two')
        throw new FailureError('second-reviewer-needed', 'Two reviewers sign every release by hand');
      begin(requireAskable(request), { request, given: [] });
      ports.changed('review', 'runs');
    },
    sign: (request, signer) => {
      const held = requireAskable(request);
      const given = sign(ports, request, signer);
      if (given.length > 1) begin(held, { request, given });
      ports.changed('review', 'runs');
      return { given: given.length, needed: 2 };
    },
    unsign: (updateId) => {
      requireWaiting(ports, updateId);
      ports.transact(() => {
        dropSignatures(ports, updateId, 'taken back');
      });
      ports.changed('review');
    },
    undo: (updateId) => {
      const held = ports.store.held(updateId);
      if (held === undefined || countdowns.remaining(updateId) === null)
        throw new FailureError('already-released', 'This update does not count down any more', { updateId });
      cancelCountdown(updateId);
      commit(ports, held.roundId, () => {
        ports.participations.apply(held.roundId, { kind: 'undone' });
        dropSignatures(ports, updateId, 'undone');
      });
      ports.changed('review', 'runs');
    },
    withhold: (updateId, note) => {
      withhold(ports, updateId, note);
    },
    signatures: (updateId) => signaturesView(ports.reviewers.mode(), standing(ports, updateId, deciding)),
    sendsInMs: (updateId) => countdowns.remaining(updateId),
    cancelCountdown,
    lastFailure: (updateId) => failures.get(updateId),
    close: () => {
      countdowns.cancelAll();
    },
  };
}

/** Commits and sends; answers why not when nothing was committed: the update then waits for a decision again. */
function finishRelease(ports: GatePorts, decided: Decided): FailureError | undefined {
  const { updateId } = decided.request;
  const held = ports.store.held(updateId);
  if (held === undefined) return undefined;
  try {
    commitByHand(ports, held, decided);
    ports.send(updateId);
    return undefined;
  } catch (error) {
    ports.participations.reload(held.roundId);
    const failure =
      error instanceof FailureError ? error : new FailureError('internal', 'The release failed');
    ports.log.warn('release.not-committed', { updateId, code: failure.code });
    return failure;
  }
}

function commitByHand(ports: GatePorts, held: HeldUpdate, { request, given }: Decided): void {
  const round = requireOpenRound(ports, held, 0);
  requireSameBytes(held, request.digest);
  requirePolicyAtRelease(ports, { charge: held.charge, round });
  const { mode, activeKey } = ports.reviewers;
  const released = signedFor(held, request.scope);
  commit(ports, held.roundId, () => {
    requireSignatures(mode(), given, { released, activeKey });
    const note = given.length === 0 ? request.note : joinedNote(given);
    writeRelease(ports, held, { source: 'review', note, given });
    const following = scopeRequest(round, request);
    if (following !== undefined) openScope(ports, following);
  });
  ports.ledger.mirrorCommitted();
}

/** The bytes as they are now, not the digest they were held with. */
function signedFor(held: HeldUpdate, scope: ReleaseScope): SignedFor {
  return { updateId: held.updateId, digest: digestOf(held.payload), scope };
}

/** Adds this signature to what stands for the same bytes and scope; another scope or other bytes void the first one. */
function sign(ports: GatePorts, request: ReleaseRequest, signer: Signer): readonly GivenSignature[] {
  if (ports.reviewers.mode() === 'one')
    throw new FailureError('invalid-input', 'One person decides here: release the update, do not sign it');
  const { updateId, digest, scope, note } = request;
  const { activeKey } = ports.reviewers;
  if (activeKey(signer.reviewerId) !== signer.publicKey)
    throw new FailureError('reviewer-refused', `${signer.name} is no reviewer any more`);
  const own = signRelease(signer, { updateId, digest, scope, note, at: utcNow(ports.clock) });
  const others = validSignatures(
    ports.signatures.of(updateId),
    { updateId, digest, scope },
    activeKey,
  ).filter(({ signed }) => signed.statement.reviewerId !== signer.reviewerId);
  const given = [...others, own];
  ports.transact(() => {
    if (others.length === 0) {
      dropSignatures(ports, updateId, 'another scope, other bytes or the same reviewer again');
      ports.signatures.add(own);
    }
    ports.audit('review.signed', { ...own.signed.statement, given: given.length, needed: 2 });
  });
  return given;
}

function dropSignatures(ports: GatePorts, updateId: UpdateId, why: string): void {
  const dropped = ports.signatures.of(updateId).map(({ signed }) => signed.statement.reviewer);
  if (dropped.length === 0) return;
  ports.signatures.clear(updateId);
  ports.audit('review.signatures-dropped', { updateId, reviewers: dropped, why });
}

/** Of a release, or of one that counts down, all; while it waits, those that still stand for the stored bytes. */
function standing(
  ports: GatePorts,
  updateId: UpdateId,
  deciding: ReadonlyMap<UpdateId, readonly GivenSignature[]>,
): readonly GivenSignature[] {
  const counting = deciding.get(updateId);
  if (counting !== undefined) return counting;
  const stored = ports.signatures.of(updateId);
  const held = stored.length === 0 ? undefined : ports.store.held(updateId);
  if (held === undefined || ports.store.isRoundReleased(held.roundId)) return stored;
  return stored.flatMap((one) =>
    validSignatures([one], signedFor(held, one.scope), ports.reviewers.activeKey),
  );
}

/** The update waits, in time, with the bytes that were shown, nothing forbids it, and its scope fits the budget. */
function requireReadyFor(
  ports: GatePorts,
  request: ReleaseRequest,
  requireReleasable: RequireReleasable,
): HeldUpdate {
  ports.requireSound();
  const held = requireWaiting(ports, request.updateId);
  const round = requireOpenRound(ports, held);
  requireSameBytes(held, request.digest);
  requireReleasable(held, round);
  const following = scopeRequest(round, request);
  if (following !== undefined) planScope(ports, following);
  return held;
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
    writeWithout(ports, held, { kind: 'withheld', note });
  });
  ports.tellDeclined(held.roundId);
  ports.changed('review', 'runs', 'privacy');
}

/**
 * Releases that people decided on and that count down: in memory until their commit, so that a quit or a crash before it
 * means not released. The signatures that decide live here too; the commit verifies and writes them.
 */
import { FailureError } from '#shared/failure.ts';
import type { Digest, UpdateId } from '#shared/ids.ts';
import type { ReleaseScope } from '#shared/round/review-view.ts';
import type { GivenSignature } from '../store/review-signatures.ts';
import { createCountdowns } from './countdowns.ts';
import { commit, type GatePorts } from './gate-ports.ts';
import { requireOpenRound, scopeRequest } from './release-conditions.ts';
import { requirePolicyAtRelease } from './release-policy.ts';
import { CLOSING_MARGIN_MS, remainingMs } from './round-context.ts';
import { openScope } from './scoping.ts';
import { joinedNote, requireSignatures, signedFor } from './signatures.ts';
import type { HeldUpdate } from './store.ts';
import { requireSameBytes, writeRelease } from './write-release.ts';

export interface ReleaseRequest {
  readonly updateId: UpdateId;
  /** SHA-256 that the analyst saw (I14). */
  readonly digest: Digest;
  readonly scope: ReleaseScope;
  readonly note: string;
}

/** A release that one person, or two, decided on. */
export interface DecidedRelease {
  readonly request: ReleaseRequest;
  /** Empty in mode `one`. */
  readonly given: readonly GivenSignature[];
}

export interface DecidedReleases {
  /** Counts down, then commits and sends. */
  begin(held: HeldUpdate, decided: DecidedRelease): void;
  cancel(updateId: UpdateId): void;
  /** Milliseconds until it is committed; null when it does not count down. */
  remaining(updateId: UpdateId): number | null;
  /** The signatures of a release that counts down. */
  given(updateId: UpdateId): readonly GivenSignature[] | undefined;
  /** Why the last countdown did not end in a release; until the next decision. */
  lastFailure(updateId: UpdateId): FailureError | undefined;
  close(): void;
}

export function createDecidedReleases(ports: GatePorts): DecidedReleases {
  const countdowns = createCountdowns(ports.clock);
  const failures = new Map<UpdateId, FailureError>();
  const deciding = new Map<UpdateId, readonly GivenSignature[]>();
  const finish = (decided: DecidedRelease): void => {
    const { updateId } = decided.request;
    deciding.delete(updateId);
    const failure = commitAndSend(ports, decided);
    if (failure !== undefined) failures.set(updateId, failure);
    ports.changed('review', 'runs', 'privacy');
  };
  return {
    begin: (held, decided) => {
      const { updateId } = decided.request;
      failures.delete(updateId);
      ports.participations.apply(held.roundId, { kind: 'release-asked' });
      deciding.set(updateId, decided.given);
      const undoMs = undoTime(ports, held);
      if (undoMs === 0) finish(decided);
      else
        countdowns.start(updateId, undoMs, () => {
          finish(decided);
        });
    },
    cancel: (updateId) => {
      deciding.delete(updateId);
      countdowns.cancel(updateId);
    },
    remaining: (updateId) => countdowns.remaining(updateId),
    given: (updateId) => deciding.get(updateId),
    lastFailure: (updateId) => failures.get(updateId),
    close: () => {
      countdowns.cancelAll();
    },
  };
}

/** As the bank set it; near the deadline so much shorter that the bytes still fit, and never below that of the button. */
function undoTime({ policy, roundOf, clock }: GatePorts, { roundId }: HeldUpdate): number {
  const asked = policy().undoSeconds * 1000;
  const round = roundOf(roundId);
  const left = round === undefined ? null : remainingMs(round, clock.monotonic());
  return left === null ? asked : Math.min(asked, Math.max(CLOSING_MARGIN_MS, left - CLOSING_MARGIN_MS));
}

/** Answers why not when nothing was committed: the update then waits for a decision again. */
function commitAndSend(ports: GatePorts, decided: DecidedRelease): FailureError | undefined {
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

/** Everything that may have changed while it counted down is asked again. */
function commitByHand(ports: GatePorts, held: HeldUpdate, { request, given }: DecidedRelease): void {
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

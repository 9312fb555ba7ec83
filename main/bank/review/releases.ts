/**
 * Decisions on held updates by people: one person's click, two reviewers' signatures, Undo, withholding. What they decided
 * counts down (decided-releases) and is then one FULL commit, after which alone anything is sent (I2, I3).
 */
import { FailureError } from '#shared/failure.ts';
import type { UpdateId } from '#shared/ids.ts';
import type { ReviewSignatures } from '#shared/round/review-view.ts';
import type { Signer } from '../settings/reviewer-keys.ts';
import type { GivenSignature } from '../store/review-signatures.ts';
import { createDecidedReleases, type DecidedReleases, type ReleaseRequest } from './decided-releases.ts';
import { commit, type GatePorts, utcNow } from './gate-ports.ts';
import { withFigures } from './held-figures.ts';
import {
  requireLimitsOfReview,
  requireOpenRound,
  requireWaiting,
  scopeRequest,
} from './release-conditions.ts';
import type { RoundContext } from './round-context.ts';
import { planScope } from './scoping.ts';
import { signaturesView, signedFor, signRelease, validSignatures } from './signatures.ts';
import type { HeldUpdate } from './store.ts';
import { dropSignatures, requireSameBytes, writeWithout } from './write-release.ts';

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
  /** Why the last countdown did not end in a release; until the next decision. */
  lastFailure(updateId: UpdateId): FailureError | undefined;
}

/** Throws the first thing that forbids the release of this update now; injected, since it looks at the whole review. */
export type RequireReleasable = (held: HeldUpdate, round: RoundContext) => void;

export function createReleases(ports: GatePorts, requireReleasable: RequireReleasable): Releases {
  const decided = createDecidedReleases(ports);
  return {
    ask: (request) => {
      if (ports.reviewers.mode() === 'two')
        throw new FailureError('second-reviewer-needed', 'Two reviewers sign every release by hand');
      decided.begin(requireReadyFor(ports, request, requireReleasable), { request, given: [] });
      ports.changed('review', 'runs');
    },
    sign: (request, signer) => {
      const held = requireReadyFor(ports, request, requireReleasable);
      const given = sign(ports, request, signer);
      if (given.length > 1) decided.begin(held, { request, given });
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
      undo(ports, decided, updateId);
    },
    withhold: (updateId, note) => {
      withhold(ports, updateId, note);
    },
    signatures: (updateId) =>
      signaturesView(ports.reviewers.mode(), decided.given(updateId) ?? standing(ports, updateId)),
    sendsInMs: (updateId) => decided.remaining(updateId),
    cancelCountdown: (updateId) => {
      decided.cancel(updateId);
    },
    lastFailure: (updateId) => decided.lastFailure(updateId),
    close: () => {
      decided.close();
    },
  };
}

function undo(ports: GatePorts, decided: DecidedReleases, updateId: UpdateId): void {
  const held = ports.store.held(updateId);
  if (held === undefined || decided.remaining(updateId) === null)
    throw new FailureError('already-released', 'This update does not count down any more', { updateId });
  decided.cancel(updateId);
  commit(ports, held.roundId, () => {
    ports.participations.apply(held.roundId, { kind: 'undone' });
    dropSignatures(ports, updateId, 'undone');
  });
  ports.changed('review', 'runs');
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

/** Of a released update all; while it waits, those that still stand for the stored bytes. */
function standing(ports: GatePorts, updateId: UpdateId): readonly GivenSignature[] {
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
  const reviewed = withFigures(ports, held, round);
  requireReleasable(reviewed, round);
  requireLimitsOfReview(reviewed, request.scope);
  const following = scopeRequest(round, request);
  if (following !== undefined) planScope(ports, following);
  return held;
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

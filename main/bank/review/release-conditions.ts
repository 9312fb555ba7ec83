/** What has to hold before a held update may be released: it waits, and its round is open. */
import { FailureError } from '#shared/failure.ts';
import type { UpdateId } from '#shared/ids.ts';
import type { ReleaseScope } from '#shared/round/review-view.ts';
import type { GatePorts } from './gate-ports.ts';
import { largestNoiseRatio } from './limits.ts';
import { CLOSING_MARGIN_MS, remainingMs, type RoundContext } from './round-context.ts';
import type { ScopeRequest } from './scoping.ts';
import type { HeldUpdate } from './store.ts';

/** The scope that the release opens for the rounds after it; undefined where it covers its own round only. */
export function scopeRequest(
  round: RoundContext,
  { scope, updateId }: { readonly scope: ReleaseScope; readonly updateId: UpdateId },
): ScopeRequest | undefined {
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

/** Throws `invalid-input` where following rounds might differ more from the reviewed update than a scope may let them. */
export function requireLimitsOfReview({ statistics }: HeldUpdate, scope: ReleaseScope): void {
  const { noiseRatio } = statistics;
  if (scope.kind === 'this-round' || noiseRatio === null) return;
  const largest = largestNoiseRatio(noiseRatio);
  const asked = scope.limits.maximumNoiseRatio;
  if (asked <= largest) return;
  throw new FailureError(
    'invalid-input',
    `The noise of following rounds may be at most twice that of the reviewed update: ${String(largest)}, not ${String(asked)}`,
    { field: 'maximumNoiseRatio', largest, asked },
  );
}

/** Throws `nothing-to-review`, `already-released` or `deadline-passed`. */
export function requireWaiting(ports: GatePorts, updateId: UpdateId): HeldUpdate {
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

/** Throws `deadline-passed` once less than `marginMs` is left. */
export function requireOpenRound(
  ports: GatePorts,
  held: HeldUpdate,
  marginMs = CLOSING_MARGIN_MS,
): RoundContext {
  const round = ports.roundOf(held.roundId);
  const remaining = round === undefined ? 0 : remainingMs(round, ports.clock.monotonic());
  if (round !== undefined && (remaining === null || remaining > marginMs)) return round;
  throw new FailureError('deadline-passed', 'The round closes now; the update was not sent', {
    roundId: held.roundId,
  });
}

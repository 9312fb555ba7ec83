/** What the send button says, and what it waits for: pure decisions over the shown update. */
import { type AppState } from '#shared/contract/bank.ts';
import { type Digest } from '#shared/ids.ts';
import { type ReleaseScope, type ReviewView } from '#shared/round/review-view.ts';
import { type ScopeLimits } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { roundNumber } from '../../ui/format.ts';

/** The button closes this long before the deadline, so that an undo and the bytes still fit (design.md §6). */
export const CLOSES_BEFORE_MS = 5_000;

export type ScopeChoice =
  | { readonly kind: 'this-round' }
  /** null: not a number in range, as typed. */
  | { readonly kind: 'rounds'; readonly following: number | null; readonly limits: ScopeLimits };

/** An update with everything that a decision about it needs. */
export interface ReadyDecision {
  readonly view: ReviewView;
  readonly digest: Digest;
  readonly choice: ScopeChoice;
  readonly note: string;
  /** Why nothing can be sent now; empty when it can. */
  readonly waitingFor: readonly string[];
}

export function releaseScope(choice: ScopeChoice): ReleaseScope | null {
  if (choice.kind === 'this-round') return choice;
  return choice.following === null ? null : { ...choice, following: choice.following };
}

/** Most rounds that can follow this one. */
export function mostFollowing({ scope }: Pick<ReviewView, 'scope'>): number {
  return Math.max(0, (scope?.epsilonHeldByRounds.length ?? 1) - 1);
}

export interface Release {
  readonly view: Pick<ReviewView, 'checks' | 'destination' | 'roundIndex'>;
  readonly choice: ScopeChoice;
  readonly sendingBlocked: AppState['sendingBlocked'];
  /** null: no deadline known. */
  readonly remainingMs: number | null;
}

/** Why the update can't be sent now, in words after "Waiting for:"; empty when it can. */
export function obstacles({ view, choice, sendingBlocked, remainingMs }: Release): readonly string[] {
  const words = text.review.obstacles;
  const blocking = view.checks.filter(({ level }) => level === 'block').length;
  const found: string[] = [];
  if (blocking > 0) found.push(words.checks(blocking));
  if (sendingBlocked !== null) found.push(words.blocked);
  if (remainingMs !== null && remainingMs <= CLOSES_BEFORE_MS) found.push(words.closing);
  if (releaseScope(choice) === null) found.push(words.limits);
  return found;
}

export function sendLabel({ view, choice }: Pick<Release, 'view' | 'choice'>): string {
  const round = roundNumber(view.roundIndex);
  const hub = view.destination.consortium;
  if (choice.kind === 'this-round') return text.review.send(hub, round);
  return text.review.sendScope(hub, round, round + (choice.following ?? 0));
}

/**
 * Release scopes: how many following rounds one review covers, what is held for them in the ledger, and when they end.
 * The standing policy is such a scope without a review of its own (design.md section 6).
 */
import { digestOf } from '#main/wire/identity.ts';
import { FailureError } from '#shared/failure.ts';
import type { RunId, UpdateId } from '#shared/ids.ts';
import { formatEpsilonUp, formatRemainingDown } from '#shared/privacy/format.ts';
import { plannedRounds } from '#shared/round/charter.ts';
import type { ScopeLimits } from '#shared/round/round-view.ts';
import { charterProblem, cohortProblem, costProblem } from '../settings/policy.ts';
import type { ScopeRecord, ScopeState } from '../store/scopes.ts';
import { mechanismsByRound, mechanismsOf, roundCost } from './cost.ts';
import type { GatePorts } from './gate-ports.ts';
import type { GateLedger } from './ledger-port.ts';
import { planTable } from './plan-table.ts';
import { cohortOf, type RoundContext } from './round-context.ts';

export interface ScopeRequest {
  readonly round: RoundContext;
  readonly source: ScopeRecord['source'];
  readonly reviewUpdateId: UpdateId | null;
  /** First round that it covers, and how many releases it allows. */
  readonly firstIndex: number;
  readonly rounds: number;
  readonly limits: ScopeLimits;
}

/** What a scope would hold, checked against budget and policy; throws `budget-exhausted` or `policy-refused`. */
export function planScope(ports: GatePorts, request: ScopeRequest) {
  const { round, firstIndex } = request;
  const rounds = Math.min(request.rounds, plannedRounds(round.charter) - firstIndex);
  if (rounds < 1) throw new FailureError('invalid-input', 'No round of the run follows', { firstIndex });
  const policy = ports.policy();
  const refused =
    charterProblem(policy, round.charter) ?? cohortProblem(policy, round.charter, cohortOf(round));
  if (refused !== null) throw refused;
  const byRound = mechanismsByRound(round.charter, firstIndex, rounds);
  const mechanisms = byRound.flat();
  const epsilons =
    mechanisms.length === 0 ? new Array<number>(rounds + 1).fill(0) : planTable(ports.ledger, byRound);
  for (const [k, after] of epsilons.slice(1).entries()) {
    const epsilonOfRound = after - (epsilons[k] ?? 0);
    const epsilonOfRun = after - round.epsilonAtJoin;
    const problem = costProblem(policy, { epsilonOfRound, epsilonOfRun, epsilonInTotal: after });
    if (problem !== null) throw problem;
  }
  const cost = { before: epsilons[0] ?? 0, after: epsilons.at(-1) ?? 0 };
  if (mechanisms.length > 0) requireBudget(ports.ledger, 'Holding these rounds', cost);
  return { rounds, mechanisms, epsilons };
}

/** Known before anything is written, and for all mechanisms together; the ledger checks it again at the commit. */
export function requireBudget(
  ledger: Pick<GateLedger, 'budget'>,
  what: string,
  { before, after }: { readonly before: number; readonly after: number },
): void {
  const budget = ledger.budget();
  if (budget === null) throw new FailureError('budget-not-set', 'No privacy budget is set');
  if (after <= budget.epsilon) return;
  throw new FailureError(
    'budget-exhausted',
    `${what} needs ε ${formatEpsilonUp(after - before)}; ${formatRemainingDown(budget.epsilon - before)} is left`,
    { needed: after - before, budget: budget.epsilon },
  );
}

/** Writes the hold and the scope; joins the caller's transaction. */
export function openScope(ports: GatePorts, request: ScopeRequest): ScopeRecord {
  const { round, limits } = request;
  if (ports.scopes.running(round.runId) !== undefined)
    throw new FailureError('busy', 'A release scope of this run is running; stop it first');
  const { rounds, mechanisms, epsilons } = planScope(ports, request);
  const { clippingNorm } = round.charter.privacy;
  const hold =
    mechanisms.length === 0 || clippingNorm === null
      ? null
      : ports.ledger.hold({ runId: round.runId, mechanisms, clippingNorm });
  const scope = {
    runId: round.runId,
    source: request.source,
    reviewUpdateId: request.reviewUpdateId,
    firstIndex: request.firstIndex,
    rounds,
    limits,
    hold,
    epsilons,
  };
  const number = ports.scopes.add(scope);
  ports.audit('scope.opened', {
    scope: number,
    runId: round.runId,
    source: scope.source,
    rounds,
    limits: { ...limits },
    limitsHash: digestOf({ ...limits }),
    hold,
  });
  return { ...scope, number, state: { kind: 'running' } };
}

/** Ends a scope and returns what its hold has left; joins the caller's transaction. */
export function closeScope(
  ports: GatePorts,
  scope: ScopeRecord,
  state: Exclude<ScopeState, { kind: 'running' }>,
): void {
  ports.scopes.setState(scope.number, state);
  if (scope.hold !== null) ports.ledger.returnHold(scope.hold);
  ports.audit('scope.closed', { scope: scope.number, runId: scope.runId, state: { ...state } });
}

/** Ends the scope once it has released as often as it may, or the run has no further round; joins the transaction. */
export function closeScopeWhenSpent(ports: GatePorts, scope: ScopeRecord): void {
  if (ports.scopes.sentCount(scope.number) >= scope.rounds) closeScope(ports, scope, { kind: 'ended' });
}

/**
 * How a scope ends before a round that its hold does not pay for; null where it does. Nobody looks on: what was set aside
 * is all that it may spend, however often a hub begins a round again. A round that a crash interrupted is repeated beside it.
 */
export function endBefore(
  { ledger, participations }: Pick<GatePorts, 'ledger' | 'participations'>,
  { hold, firstIndex, rounds }: ScopeRecord,
  { charter, roundId, index }: RoundContext,
): Exclude<ScopeState, { kind: 'running' }> | null {
  if (index >= firstIndex + rounds) return { kind: 'ended' };
  const isRepeat = (participations.get(roundId)?.trainings ?? 0) > 0;
  if (hold === null || isRepeat) return null;
  const isPaid = mechanismsOf(roundCost(charter, index)).every((one) => ledger.isCovered(hold, one));
  return isPaid
    ? null
    : { kind: 'stopped-by-limit', index, figure: 'steps set aside', value: null, limit: null };
}

/** ε of the covered round as the scope's own table says; the dearest one beyond it. */
export function plannedEpsilon(scope: Pick<ScopeRecord, 'epsilons' | 'firstIndex'>, index: number): number {
  const before = scope.epsilons[index - scope.firstIndex];
  const after = scope.epsilons[index - scope.firstIndex + 1];
  if (before !== undefined && after !== undefined) return after - before;
  return Math.max(0, ...scope.epsilons.slice(1).map((epsilon, k) => epsilon - (scope.epsilons[k] ?? 0)));
}

/** A scope of the standing policy for this run, where it is on and nothing speaks against it; undefined otherwise. */
export function standingScope(
  ports: GatePorts,
  round: RoundContext,
  isFreshlySet: boolean,
): ScopeRequest | undefined {
  const standing = ports.standing();
  if (standing.kind === 'off') return undefined;
  if (!isFreshlySet && wasStopped(ports, round.runId)) return undefined;
  return {
    round,
    source: 'standing-policy',
    reviewUpdateId: null,
    firstIndex: round.index,
    rounds: standing.rounds,
    limits: standing.limits,
  };
}

/** A scope that a figure or a person stopped is not taken up again until a person sets the standing policy anew. */
function wasStopped({ scopes }: Pick<GatePorts, 'scopes'>, runId: RunId): boolean {
  return [scopes.newest(runId), scopes.newestStanding(runId)].some(
    (scope) => scope?.state.kind === 'stopped-by-limit' || scope?.state.kind === 'stopped-by-person',
  );
}

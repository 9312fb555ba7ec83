/**
 * Release scopes: how many following rounds one review covers, what is held for them in the ledger, and when they end.
 * The standing policy is such a scope without a review of its own (design.md section 6).
 */
import { FailureError } from '#shared/failure.ts';
import type { RunId, UpdateId } from '#shared/ids.ts';
import { formatEpsilonUp, formatRemainingDown } from '#shared/privacy/format.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import { plannedRounds } from '#shared/round/charter.ts';
import type { ScopeLimits } from '#shared/round/round-view.ts';
import { charterProblem, cohortProblem, costProblem } from '../settings/policy.ts';
import type { ScopeRecord, ScopeState } from '../store/scopes.ts';
import { plannedMechanisms } from './cost.ts';
import type { GatePorts } from './gate-ports.ts';
import type { GateLedger } from './ledger-port.ts';
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

/**
 * ε before each of the mechanisms and after the last, on top of charges and holds. Evaluated after every one of the first
 * rounds, then at points a quarter apart, and shared out between these by the rounds' steps: the total, which the budget
 * is compared with, is exact, and a year's plan costs a few evaluations instead of hundreds.
 */
export function planTable(
  ledger: Pick<GateLedger, 'epsilonTable'>,
  mechanisms: readonly Mechanism[],
): readonly number[] {
  const nodes = tableNodes(mechanisms.length);
  const spans = nodes.slice(1).map((until, i) => mechanisms.slice(nodes[i] ?? 0, until));
  const exact = ledger.epsilonTable(spans.map(mergedSpan));
  const table: number[] = [exact[0] ?? 0];
  for (const [i, span] of spans.entries()) {
    const from = exact[i] ?? 0;
    const rise = (exact[i + 1] ?? from) - from;
    const steps = mergedSpan(span).steps;
    let done = 0;
    for (const mechanism of span) {
      done += mechanism.steps;
      table.push(from + rise * (done / steps));
    }
  }
  return table;
}

/** Up to this many rounds every one is evaluated by itself. */
const EXACT_ROUNDS = 8;

function tableNodes(rounds: number): readonly number[] {
  const nodes: number[] = [];
  for (let k = 0; k < rounds; k = k < EXACT_ROUNDS ? k + 1 : Math.ceil(k * 1.25)) nodes.push(k);
  return [...nodes, rounds];
}

/** The rounds of one run differ in their steps only, so a span of them is one mechanism with more steps. */
function mergedSpan(span: readonly Mechanism[]): Mechanism {
  const [first] = span;
  if (first === undefined) throw new RangeError('an empty span of the plan');
  const samplingRate = Math.max(...span.map((one) => one.samplingRate));
  const noiseMultiplier = Math.min(...span.map((one) => one.noiseMultiplier));
  return { samplingRate, noiseMultiplier, steps: span.reduce((steps, one) => steps + one.steps, 0) };
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
  const mechanisms = plannedMechanisms(round.charter, firstIndex, rounds);
  const epsilons =
    mechanisms.length === 0 ? new Array<number>(rounds + 1).fill(0) : planTable(ports.ledger, mechanisms);
  for (const [k, after] of epsilons.slice(1).entries()) {
    const epsilonOfRound = after - (epsilons[k] ?? 0);
    const epsilonOfRun = after - round.epsilonAtJoin;
    const problem = costProblem(policy, { epsilonOfRound, epsilonOfRun, epsilonInTotal: after });
    if (problem !== null) throw problem;
  }
  if (mechanisms.length > 0) requireBudget(ports.ledger, epsilons);
  return { rounds, mechanisms, epsilons };
}

/** Known at the click, not five seconds later at the commit, where the ledger checks it again. */
function requireBudget(ledger: Pick<GateLedger, 'budget'>, epsilons: readonly number[]): void {
  const budget = ledger.budget();
  if (budget === null) throw new FailureError('budget-not-set', 'No privacy budget is set');
  const before = epsilons[0] ?? 0;
  const after = epsilons.at(-1) ?? before;
  if (after <= budget.epsilon) return;
  throw new FailureError(
    'budget-exhausted',
    `Holding these rounds needs ε ${formatEpsilonUp(after - before)}; ${formatRemainingDown(budget.epsilon - before)} is left`,
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

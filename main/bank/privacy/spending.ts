/** Decides what may be written to the ledger, from its balance alone; every refusal is a named failure with figures. */
import { FailureError } from '#shared/failure.ts';
import type { RoundId, RunId } from '#shared/ids.ts';
import type { Accountant } from '#shared/privacy/accountant.ts';
import { formatEpsilonUp, formatRemainingDown } from '#shared/privacy/format.ts';
import type { ChargePurpose } from '#shared/privacy/ledger-view.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import type { PrivacyUnit } from '#shared/round/charter.ts';
import { type Balance, type Budget, chargedMechanisms, heldMechanisms, isCovered } from './balance.ts';
import type { ChargeOutcome, LedgerFact } from './entry.ts';
import { chargedEpsilon, epsilonOf } from './views.ts';

export interface BudgetRequest {
  readonly epsilon: number;
  readonly delta: number;
  readonly unit: PrivacyUnit;
  /** Needed to raise ε. */
  readonly reason?: string;
}

export interface ChargeRequest {
  readonly runId: RunId | null;
  readonly roundId: RoundId | null;
  readonly mechanism: Mechanism;
  readonly clippingNorm: number;
  /** Sequence number of the hold that the charge is taken from; null: from the free budget. */
  readonly hold: number | null;
  /** Checked against the budget's unit where given. */
  readonly unit?: PrivacyUnit;
  /** `update` unless stated. */
  readonly purpose?: ChargePurpose;
}

export interface HoldRequest {
  readonly runId: RunId;
  readonly mechanisms: readonly Mechanism[];
  readonly clippingNorm: number;
}

export interface SpendCost {
  /** ε of the charges, without and with the mechanisms asked about. */
  readonly charged: { readonly before: number; readonly after: number };
  /** The same with all holds counted: what the budget is compared with. */
  readonly withHolds: { readonly before: number; readonly after: number };
}

export interface SpendContext {
  readonly balance: Balance;
  readonly accountant: Accountant;
}

export function budgetFact({ budget }: Balance, request: BudgetRequest): LedgerFact {
  const { epsilon, delta, unit, reason = '' } = request;
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new FailureError('invalid-input', `A budget of ε ${String(epsilon)} is not a positive number`);
  }
  if (!(delta > 0 && delta < 1)) {
    throw new FailureError('invalid-input', `δ ${String(delta)} is not between 0 and 1`);
  }
  if (budget !== null) assertSameTerms(budget, request);
  if (budget !== null && epsilon > budget.epsilon && reason.trim() === '') {
    const change = `from ${String(budget.epsilon)} to ${String(epsilon)}`;
    throw new FailureError('invalid-input', `Raising the budget ${change} takes a reason`);
  }
  return { kind: 'budget-set', epsilon, delta, unit, reason: reason.trim() === '' ? null : reason.trim() };
}

function assertSameTerms(budget: Budget, { delta, unit }: BudgetRequest): void {
  if (unit !== budget.unit) throw unitMismatch(unit, budget);
  if (delta !== budget.delta) {
    throw new FailureError(
      'invalid-input',
      `This store accounts at δ ${String(budget.delta)} for ever; ${String(delta)} was asked for`,
    );
  }
}

export function chargeFact(context: SpendContext, request: ChargeRequest): LedgerFact {
  const { balance } = context;
  const budget = budgetOf(balance);
  const { runId, roundId, mechanism, clippingNorm, hold, purpose = 'update', unit = budget.unit } = request;
  if (unit !== budget.unit) throw unitMismatch(unit, budget);
  const epsilonAfter =
    hold === null ? freeCharge(context, mechanism) : chargeFromHold(context, hold, mechanism);
  return {
    kind: 'charge',
    runId,
    roundId,
    purpose,
    unit,
    adjacency: 'add-remove',
    mechanism,
    clippingNorm,
    delta: budget.delta,
    hold,
    epsilonAfter,
  };
}

/** ε of all charges with this one; throws `budget-exhausted` where it does not fit beside the holds. */
function freeCharge(context: SpendContext, mechanism: Mechanism): number {
  const cost = costOf(context, [mechanism]);
  assertWithin(budgetOf(context.balance), cost.withHolds);
  return cost.charged.after;
}

/** Moves steps from a hold to the charges: the sum of both stays, so it is compared with the budget as it is. */
function chargeFromHold(context: SpendContext, hold: number, mechanism: Mechanism): null {
  assertCovered(context.balance, hold, mechanism);
  const reserved = reservedEpsilon(context);
  assertWithin(budgetOf(context.balance), { before: reserved, after: reserved });
  return null;
}

/** ε of charges and holds together: one evaluation for all the charges that a hold is used up by. Throws `budget-not-set`. */
export function reservedEpsilon({ balance, accountant }: SpendContext): number {
  const reserved = [...chargedMechanisms(balance), ...heldMechanisms(balance)];
  budgetOf(balance);
  return epsilonOf(balance, accountant, reserved);
}

export function holdFact(context: SpendContext, request: HoldRequest): LedgerFact {
  assertWithin(budgetOf(context.balance), costOf(context, request.mechanisms).withHolds);
  return { kind: 'hold', ...request, mechanisms: [...request.mechanisms] };
}

/** Undefined where the ledger says so already. */
export function outcomeFact(balance: Balance, charge: number, kind: ChargeOutcome): LedgerFact | undefined {
  const record = balance.charges.get(charge);
  if (record === undefined) throw new FailureError('not-found', `The ledger has no charge ${String(charge)}`);
  return record.outcomes.has(kind) ? undefined : { kind, charge };
}

/** No figure is below one that it contains, whatever the accountant's grid does to the last digits. */
export function costOf({ balance, accountant }: SpendContext, mechanisms: readonly Mechanism[]): SpendCost {
  budgetOf(balance);
  const epsilon = (segments: readonly Mechanism[]): number => epsilonOf(balance, accountant, segments);
  const charges = chargedMechanisms(balance);
  const reserved = [...charges, ...heldMechanisms(balance)];
  const charged = chargedEpsilon(balance, accountant);
  const chargedAfter = Math.max(charged, epsilon([...charges, ...mechanisms]));
  const held = Math.max(charged, epsilon(reserved));
  const heldAfter = Math.max(held, chargedAfter, epsilon([...reserved, ...mechanisms]));
  return { charged: { before: charged, after: chargedAfter }, withHolds: { before: held, after: heldAfter } };
}

/** ε(charges + holds + groups of mechanisms) after each group in turn, starting with none. */
export function epsilonTable(
  context: SpendContext,
  groups: readonly (readonly Mechanism[])[],
): readonly number[] {
  return [0, ...groups.map((_, index) => index + 1)].map(
    (count) => costOf(context, groups.slice(0, count).flat()).withHolds.after,
  );
}

function budgetOf({ budget }: Balance): Budget {
  if (budget === null) throw new FailureError('budget-not-set', 'No privacy budget is set for this store');
  return budget;
}

function assertCovered(balance: Balance, hold: number, mechanism: Mechanism): void {
  const record = balance.holds.get(hold);
  if (record !== undefined && isCovered(record, mechanism)) return;
  const reason =
    record === undefined ? 'is not open' : `does not hold ${String(mechanism.steps)} more of these steps`;
  throw new FailureError('scope-stopped', `The hold ${String(hold)} ${reason}; nothing was charged`, {
    hold,
  });
}

function assertWithin(budget: Budget, { before, after }: SpendCost['withHolds']): void {
  if (after <= budget.epsilon) return;
  const needed = formatEpsilonUp(after - before);
  const left = formatRemainingDown(budget.epsilon - before);
  throw new FailureError(
    'budget-exhausted',
    `This needs ε ${needed}; ${left} of ${String(budget.epsilon)} is left (charges and holds: ${formatEpsilonUp(before)})`,
    { needed, left, budget: budget.epsilon },
  );
}

function unitMismatch(asked: string, budget: Budget): FailureError {
  return new FailureError(
    'unit-mismatch',
    `This store accounts for one ${budget.unit}; one ${asked} was asked for`,
  );
}

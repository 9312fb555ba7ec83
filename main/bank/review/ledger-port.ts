/** What the gate needs of the privacy ledger (main/bank/privacy/ledger.ts). Every call joins the caller's transaction. */
import type { RoundId, RunId } from '#shared/ids.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import type { LedgerHealth } from '#shared/privacy/ledger-view.ts';
import type { PrivacyUnit } from '#shared/round/charter.ts';

export interface ChargeRequest {
  readonly runId: RunId;
  readonly roundId: RoundId;
  readonly mechanism: Mechanism;
  readonly clippingNorm: number;
  /** Sequence number of the hold that the charge is taken from; null: from the free budget. */
  readonly hold: number | null;
}

export interface HoldRequest {
  readonly runId: RunId;
  readonly mechanisms: readonly Mechanism[];
  readonly clippingNorm: number;
}

export interface LedgerBudget {
  readonly epsilon: number;
  readonly delta: number;
  readonly unit: PrivacyUnit;
}

export type ChargeOutcome = 'released' | 'withheld' | 'late' | 'not-sent';

export interface GateLedger {
  budget(): LedgerBudget | null;
  health(): LedgerHealth;
  /** ε of all charges so far. */
  chargedEpsilon(): number;
  /** Sequence number of the charge. Throws `budget-exhausted`, `budget-not-set` or `ledger-broken`. */
  charge(request: ChargeRequest): number;
  recordOutcome(chargeSequence: number, outcome: ChargeOutcome): void;
  hold(request: HoldRequest): number;
  returnHold(holdSequence: number): void;
  /** Whether the hold still covers this mechanism. */
  isCovered(holdSequence: number, mechanism: Mechanism): boolean;
  /** ε(charges + holds + mechanisms) after each of them in turn, starting with none. */
  epsilonTable(mechanisms: readonly Mechanism[]): readonly number[];
}

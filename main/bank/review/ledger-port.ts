/** What the gate uses of the privacy ledger. Every call joins the caller's transaction. */
import type { Ledger } from '../privacy/ledger.ts';

export type GateLedger = Pick<
  Ledger,
  | 'budget'
  | 'health'
  | 'chargedEpsilon'
  | 'reservedEpsilon'
  | 'charge'
  | 'recordOutcome'
  | 'unresolved'
  | 'hold'
  | 'returnHold'
  | 'isCovered'
  | 'costOf'
  | 'epsilonTable'
  | 'mirrorCommitted'
>;

/**
 * The privacy ledger: what this bank has spent, set aside and may still spend. A charge is on the disk before the
 * first noise is drawn for it and is never given back (design.md I1, I2, I12).
 *
 * Every call joins the caller's transaction where one is open, so that an approval, its outbox row and its `released`
 * entry are one commit. The mirrored head may lag behind the file, never lead it: the caller calls `mirrorCommitted` after
 * a transaction that charged or set steps aside, before any noise is drawn for it, and always before bytes leave. So an
 * older file can forget outcomes and returned holds, but no charge.
 */
import { createSecretKey } from 'node:crypto';
import type { Clock } from '#main/platform/ports.ts';
import type { RoundId } from '#shared/ids.ts';
import { type Accountant, createAccountant } from '#shared/privacy/accountant.ts';
import type {
  LedgerEntryView,
  LedgerHealth,
  LedgerRecovery,
  PrivacyStateView,
} from '#shared/privacy/ledger-view.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import { type Balance, type Budget, isCovered } from './balance.ts';
import { appender, type LedgerParts } from './append.ts';
import type { LedgerHead } from './chain.ts';
import { chargedEpsilon, pageViews, stateView } from './views.ts';
import { type ChargeOutcome, decodeRow } from './entry.ts';
import type { LedgerMirror } from './kept-head.ts';
import { ledgerReader } from './reader.ts';
import { recovering } from './recovering.ts';
import {
  budgetFact,
  type BudgetRequest,
  chargeFact,
  type ChargeRequest,
  costOf,
  epsilonTable,
  holdFact,
  type HoldRequest,
  outcomeFact,
  reservedEpsilon,
  type SpendContext,
  type SpendCost,
} from './spending.ts';
import { type LedgerDatabase, ledgerStore } from './store.ts';

export interface LedgerOptions {
  /** The bank's store, synchronous = FULL, migrated. */
  readonly database: LedgerDatabase;
  /** Secret of this store (32 bytes); another key makes every entry foreign. */
  readonly macKey: Uint8Array;
  readonly clock: Clock;
  readonly mirror: LedgerMirror;
  readonly accountant?: Accountant;
}

export interface Ledger {
  health(): LedgerHealth;
  budget(): Budget | null;
  state(): PrivacyStateView;
  chargedEpsilon(): number;
  /** ε of charges and holds together: what the budget is compared with. 0 without a budget. */
  reservedEpsilon(): number;
  /** Number and hash of the newest entry, for the hub and for backups. */
  head(): LedgerHead;
  /** The first setting fixes δ and the unit for ever. Throws `unit-mismatch` or `invalid-input`. */
  setBudget(request: BudgetRequest): void;
  /**
   * Sequence number of the charge, once it is committed. Throws `budget-not-set`, `budget-exhausted`,
   * `unit-mismatch`, `scope-stopped` (the hold does not cover it) or `ledger-broken`; then nothing was written.
   */
  charge(request: ChargeRequest): number;
  /** Notes what became of a charge's output; saying it again changes nothing. Throws `not-found` or `ledger-broken`. */
  recordOutcome(chargeSequence: number, outcome: ChargeOutcome): void;
  /** Sets steps aside for a release scope; answers its sequence number. Throws like `charge`. */
  hold(request: HoldRequest): number;
  /** Ends a hold; what no charge took from it is free again. Saying it again changes nothing. */
  returnHold(holdSequence: number): void;
  isCovered(holdSequence: number, mechanism: Mechanism): boolean;
  /** Charges of which nothing is recorded yet, with their rounds. */
  unresolved(): readonly { readonly sequence: number; readonly roundId: RoundId | null }[];
  costOf(mechanisms: readonly Mechanism[]): SpendCost;
  /** ε(charges + holds + groups of mechanisms) after each group in turn, starting with none. Throws `budget-not-set`. */
  epsilonTable(groups: readonly (readonly Mechanism[])[]): readonly number[];
  entries(page: { readonly afterSequence: number; readonly limit: number }): readonly LedgerEntryView[];
  /** Reads and checks the whole file again. */
  verify(): LedgerHealth;
  /** What `recover` would do now, to the letter. */
  recovery(): LedgerRecovery;
  /**
   * Goes on from a ledger that does not verify or is older than it was, with an entry that charges what is missing, or the
   * whole budget where nobody knows. Throws `invalid-input` without a reason, and where there is nothing to recover. The
   * caller calls `mirrorCommitted` after its transaction; until then the ledger stays blocked.
   */
  recover(reason: string): void;
  /** Whether this hash is, or ever was, the end of this ledger. */
  isOwnHead(hash: string): boolean;
  /** A head that this bank signed and the hub kept: where it is not in the ledger, the file is an older copy, and blocked. */
  noteHubHead(hash: string): LedgerHealth;
  /** Mirrors the head of all that is committed; does nothing inside a transaction. Before anything is sent. */
  mirrorCommitted(): void;
}

/** Verifies the whole chain and compares its end with the mirrored head; a fault shows in `health`, it does not throw. */
export function openLedger(options: LedgerOptions): Ledger {
  const { clock, mirror, accountant = createAccountant() } = options;
  const macKey = createSecretKey(options.macKey);
  const store = ledgerStore(options.database);
  const reader = ledgerReader({ store, macKey, mirror });
  const parts: LedgerParts = { store, reader, macKey, clock, accountant };
  return {
    ...figures(parts),
    ...writes(parts),
    ...recovering(parts),
    health: () => reader.current().health,
    head: () => reader.current().head,
    isOwnHead: (hash) => reader.isOwnHead(hash),
    noteHubHead: (hash) => reader.noteHubHead(hash).health,
    entries: ({ afterSequence, limit }) => {
      const decoded = store.rowsAfter(afterSequence, limit).map(decodeRow);
      const page = decoded.filter((entry) => entry !== undefined);
      return pageViews({ page, ledger: reader.current().entries }, accountant);
    },
    verify: () => reader.verify().health,
    mirrorCommitted: () => {
      reader.mirrorCommitted();
    },
  };
}

function figures({ reader, accountant }: LedgerParts) {
  const balance = (): Balance => reader.current().balance;
  const context = (): SpendContext => ({ balance: balance(), accountant });
  return {
    budget: () => balance().budget,
    state: () => stateView(balance(), reader.current().health, accountant),
    chargedEpsilon: () => chargedEpsilon(balance(), accountant),
    reservedEpsilon: () => (balance().budget === null ? 0 : reservedEpsilon(context())),
    isCovered: (hold: number, mechanism: Mechanism) => {
      const record = balance().holds.get(hold);
      return record !== undefined && isCovered(record, mechanism);
    },
    unresolved: () =>
      [...balance().charges]
        .filter(([, { outcomes, isCounted }]) => isCounted && outcomes.size === 0)
        .map(([sequence, { roundId }]) => ({ sequence, roundId })),
    costOf: (mechanisms: readonly Mechanism[]) => costOf(context(), mechanisms),
    epsilonTable: (groups: readonly (readonly Mechanism[])[]) => epsilonTable(context(), groups),
  };
}

function writes(parts: LedgerParts) {
  const { accountant } = parts;
  const append = appender(parts);
  return {
    setBudget: (request: BudgetRequest) => {
      append((balance) => budgetFact(balance, request));
    },
    charge: (request: ChargeRequest) => append((balance) => chargeFact({ balance, accountant }, request)),
    recordOutcome: (charge: number, kind: ChargeOutcome) => {
      append((balance) => outcomeFact(balance, charge, kind), 'what-is-new');
    },
    hold: (request: HoldRequest) => append((balance) => holdFact({ balance, accountant }, request)),
    returnHold: (hold: number) => {
      append(({ holds }) => (holds.has(hold) ? { kind: 'hold-returned', hold } : undefined));
    },
  };
}

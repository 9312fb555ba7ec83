/** The ledger as screens and command line see it. */
import type { Accountant } from '#shared/privacy/accountant.ts';
import type { RoundId, RunId } from '#shared/ids.ts';
import type { LedgerEntryView, LedgerHealth, PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import {
  type Balance,
  balanceAfter,
  chargedMechanisms,
  heldMechanisms,
  releasedMechanisms,
} from './balance.ts';
import type { LedgerEntry, LedgerFact } from './entry.ts';

interface EpsilonTotals {
  readonly charged: number;
  readonly released: number;
  /** ε(charges + holds) − ε(charges). */
  readonly held: number;
  readonly chargedByRdp: number;
}

const NOTHING: EpsilonTotals = { charged: 0, released: 0, held: 0, chargedByRdp: 0 };

/** ε of all charges; never less than what a charge recorded as its own figure. */
export function chargedEpsilon(balance: Balance, accountant: Accountant): number {
  if (balance.budget === null) return 0;
  const computed = accountant.epsilon(chargedMechanisms(balance), balance.budget.delta);
  return Math.max(balance.recordedEpsilon, computed);
}

export function stateView(balance: Balance, health: LedgerHealth, accountant: Accountant): PrivacyStateView {
  const totals = epsilonTotals(balance, accountant);
  return {
    budget: balance.budget,
    chargedEpsilon: totals.charged,
    releasedEpsilon: totals.released,
    heldEpsilon: totals.held,
    chargedEpsilonByRdp: totals.chargedByRdp,
    charged: [...chargedMechanisms(balance)],
    held: [...heldMechanisms(balance)],
    health,
  };
}

function epsilonTotals(balance: Balance, accountant: Accountant): EpsilonTotals {
  if (balance.budget === null) return NOTHING;
  const { delta } = balance.budget;
  const charges = chargedMechanisms(balance);
  const charged = chargedEpsilon(balance, accountant);
  const withHolds = accountant.epsilon([...charges, ...heldMechanisms(balance)], delta);
  return {
    charged,
    released: Math.min(charged, accountant.epsilon(releasedMechanisms(balance), delta)),
    held: Math.max(0, withHolds - charged),
    chargedByRdp: accountant.crossCheck(charges, delta),
  };
}

/** Evaluations of ε that one page may cost; its other charges from holds show no figure. */
const EVALUATIONS_A_PAGE = 20;

export interface LedgerPage {
  readonly page: readonly LedgerEntry[];
  /** All entries of the ledger up to the end of the page, or more. */
  readonly ledger: readonly LedgerEntry[];
}

/** A charge from a hold recorded no ε; it is evaluated here for the newest of the page and for some before it. */
export function pageViews({ page, ledger }: LedgerPage, accountant: Accountant): readonly LedgerEntryView[] {
  const unevaluated = page
    .filter(({ fact }) => fact.kind === 'charge' && fact.epsilonAfter === null)
    .map(({ sequence }) => sequence);
  const evaluated = new Set(evenlySpread(unevaluated, EVALUATIONS_A_PAGE));
  return page.map((entry) => {
    if (!evaluated.has(entry.sequence)) return entryView(entry);
    const balance = balanceAfter(ledger.filter(({ sequence }) => sequence <= entry.sequence));
    return { ...entryView(entry), chargedEpsilonAfter: chargedEpsilon(balance, accountant) };
  });
}

/** At most so many of the values, the last always among them. */
function evenlySpread(values: readonly number[], most: number): readonly number[] {
  if (values.length <= most) return values;
  return values.filter(
    (_, i) => Math.floor(((i + 1) * most) / values.length) > Math.floor((i * most) / values.length),
  );
}

function entryView(entry: LedgerEntry): LedgerEntryView {
  const { sequence, at, fact, hash } = entry;
  return { ...BLANK, ...factView(fact), sequence, at, kind: fact.kind, hash };
}

interface FactView {
  readonly runId: RunId | null;
  readonly roundId: RoundId | null;
  readonly refersTo: number | null;
  readonly mechanism: Mechanism | null;
  readonly clippingNorm: number | null;
  readonly budgetEpsilon: number | null;
  readonly note: string | null;
  readonly chargedEpsilonAfter: number | null;
}

const BLANK: FactView = {
  runId: null,
  roundId: null,
  refersTo: null,
  mechanism: null,
  clippingNorm: null,
  budgetEpsilon: null,
  note: null,
  chargedEpsilonAfter: null,
};

function factView(fact: LedgerFact): Partial<FactView> {
  switch (fact.kind) {
    case 'budget-set':
      return { budgetEpsilon: fact.epsilon, note: fact.reason };
    case 'charge': {
      const { runId, roundId, mechanism, clippingNorm, hold, purpose, epsilonAfter } = fact;
      return {
        runId,
        roundId,
        mechanism,
        clippingNorm,
        refersTo: hold,
        note: purpose,
        chargedEpsilonAfter: epsilonAfter,
      };
    }
    case 'hold': {
      // A hold of a run is of one kind of step; its steps together are what the list shows.
      const [first] = fact.mechanisms;
      const steps = fact.mechanisms.reduce((sum, mechanism) => sum + mechanism.steps, 0);
      return {
        runId: fact.runId,
        mechanism: first === undefined ? null : { ...first, steps },
        clippingNorm: fact.clippingNorm,
      };
    }
    case 'hold-returned':
      return { refersTo: fact.hold };
    case 'released':
    case 'withheld':
    case 'late':
    case 'not-sent':
      return { refersTo: fact.charge };
  }
}

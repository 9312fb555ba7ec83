/** The ledger as screens and command line see it. */
import type { Accountant } from '#shared/privacy/accountant.ts';
import type { LedgerEntryView, LedgerHealth, PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import {
  type Balance,
  balanceAfter,
  chargedMechanisms,
  heldMechanisms,
  lostEpsilon,
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

/** ε of these mechanisms on top of what was lost; 0 without a budget, whose δ it is for. */
export function epsilonOf(
  balance: Balance,
  accountant: Accountant,
  mechanisms: readonly Mechanism[],
): number {
  if (balance.budget === null) return 0;
  return lostEpsilon(balance) + accountant.epsilon(mechanisms, balance.budget.delta);
}

/** ε of all charges; never less than what a charge recorded as its own figure. */
export function chargedEpsilon(balance: Balance, accountant: Accountant): number {
  if (balance.budget === null) return 0;
  return Math.max(balance.recordedEpsilon, epsilonOf(balance, accountant, chargedMechanisms(balance)));
}

export function stateView(balance: Balance, health: LedgerHealth, accountant: Accountant): PrivacyStateView {
  const totals = epsilonTotals(balance, accountant);
  return {
    budget: balance.budget,
    chargedEpsilon: totals.charged,
    releasedEpsilon: totals.released,
    heldEpsilon: totals.held,
    chargedEpsilonByRdp: totals.chargedByRdp,
    lostEpsilon: lostEpsilon(balance),
    charged: [...chargedMechanisms(balance)],
    held: [...heldMechanisms(balance)],
    health,
  };
}

function epsilonTotals(balance: Balance, accountant: Accountant): EpsilonTotals {
  if (balance.budget === null) return NOTHING;
  const charges = chargedMechanisms(balance);
  const charged = chargedEpsilon(balance, accountant);
  const withHolds = epsilonOf(balance, accountant, [...charges, ...heldMechanisms(balance)]);
  return {
    charged,
    released: Math.min(charged, epsilonOf(balance, accountant, releasedMechanisms(balance))),
    held: Math.max(0, withHolds - charged),
    chargedByRdp: lostEpsilon(balance) + accountant.crossCheck(charges, balance.budget.delta),
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
  const bySequence = new Map(ledger.map(({ sequence, fact }) => [sequence, fact]));
  return page.map((entry) => {
    const view = { ...entryView(entry), ...roundOf(entry.fact, bySequence) };
    if (!evaluated.has(entry.sequence)) return view;
    const balance = balanceAfter(ledger.filter(({ sequence }) => sequence <= entry.sequence));
    return { ...view, chargedEpsilonAfter: chargedEpsilon(balance, accountant) };
  });
}

/** At most so many of the values, the last always among them. */
function evenlySpread(values: readonly number[], most: number): readonly number[] {
  if (values.length <= most) return values;
  return values.filter(
    (_, i) => Math.floor(((i + 1) * most) / values.length) > Math.floor((i * most) / values.length),
  );
}

/** What an outcome or a returned hold refers to, it shares run and round with. */
function roundOf(
  fact: LedgerFact,
  bySequence: ReadonlyMap<number, LedgerFact>,
): Partial<Pick<LedgerEntryView, 'runId' | 'roundId'>> {
  const { refersTo = null } = factView(fact);
  const referred = refersTo === null ? undefined : bySequence.get(refersTo);
  if (referred === undefined) return {};
  const { runId = null, roundId = null } = factView(referred);
  return { runId, roundId };
}

function entryView(entry: LedgerEntry): LedgerEntryView {
  const { sequence, at, fact, hash } = entry;
  return { ...BLANK, ...factView(fact), sequence, at, kind: fact.kind, hash };
}

type FactView = Omit<LedgerEntryView, 'sequence' | 'at' | 'kind' | 'hash'>;

const BLANK: FactView = {
  runId: null,
  roundId: null,
  roundIndex: null,
  decidedBy: null,
  refersTo: null,
  purpose: null,
  fromHold: null,
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
      const cost = { mechanism, clippingNorm, chargedEpsilonAfter: epsilonAfter };
      return { runId, roundId, purpose, fromHold: hold, ...cost };
    }
    case 'hold': {
      const { runId, clippingNorm, mechanisms } = fact;
      return { runId, mechanism: summed(mechanisms), clippingNorm };
    }
    case 'hold-returned':
      return { refersTo: fact.hold };
    case 'released':
    case 'withheld':
    case 'late':
    case 'not-sent':
      return { refersTo: fact.charge };
    case 'recovered': {
      const { mechanisms, budget, fault, reason, epsilonAfter } = fact;
      return {
        mechanism: summed(mechanisms),
        budgetEpsilon: budget?.epsilon ?? null,
        note: `${reason} (${fault})`,
        chargedEpsilonAfter: epsilonAfter,
      };
    }
  }
}

/** Several segments in one row: mostly they are of one kind of step, and then their steps together are what it shows. */
function summed(mechanisms: readonly Mechanism[]): Mechanism | null {
  const [first] = mechanisms;
  if (first === undefined) return null;
  return { ...first, steps: mechanisms.reduce((sum, { steps }) => sum + steps, 0) };
}

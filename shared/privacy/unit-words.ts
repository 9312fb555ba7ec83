/**
 * What one ε covers and what it does not, in the sentences that screens, commands and packs show, word for word.
 * Not here: how ε is computed. The claims are those of privacy.md §0a: they follow how far one row's influence
 * reaches before the gradient, so they depend on the unit of privacy and on where counterparty windows come from.
 */
import type { PrivacyUnit } from '../round/charter.ts';

/** Where the counterparty features come from: the bank's own rows, or the noised table of the consortium. */
export type CounterpartySource = 'own-windows' | 'consortium-table';

export interface CoveredCase {
  readonly unit: PrivacyUnit;
  readonly features: CounterpartySource;
}

export interface UnitWords {
  /** The unit as a noun: `one account`. */
  readonly unit: string;
  /** What one ε bounds: one sentence. */
  readonly covers: string;
  /** What it does not bound: one sentence each, never empty. */
  readonly notCovered: readonly string[];
}

const SEVERAL_BANKS =
  'A person with accounts at several banks: the ε of those banks’ ledgers add up for that person.';
const SEVERAL_ACCOUNTS =
  'A person with several accounts at this bank: ε covers one account, and the accounts add up for that person.';
const SEVERAL_TRANSACTIONS =
  'Several transactions of one account together: ε covers one transaction’s row, and the rows add up.';
/** They cost no budget because nothing bounds them, and a bank allows them only on purpose. */
const WITHOUT_NOISE =
  'Updates of runs without noise, where this bank’s policy allows such runs: no ε bounds what they say.';

const words: Readonly<Record<PrivacyUnit, Readonly<Record<CounterpartySource, UnitWords>>>> = {
  transaction: {
    'own-windows': {
      unit: 'one transaction’s row',
      covers: 'What all released updates of this bank together say about one transaction’s row of features.',
      notCovered: [
        'The same transaction’s traces in later rows: in the counts and averages of its account, and in the counts and fraud share of its counterparty.',
        SEVERAL_TRANSACTIONS,
      ],
    },
    'consortium-table': {
      unit: 'one transaction’s row',
      covers:
        'What all releases of this bank, updates and counts of the consortium table, together say about one transaction’s row of features and its part in the counts.',
      notCovered: [
        'The same transaction’s traces in later rows of its account: in the counts and averages of the account.',
        SEVERAL_TRANSACTIONS,
      ],
    },
  },
  account: {
    'own-windows': {
      unit: 'one account',
      covers:
        'What all released updates of this bank together say about one account: all its feature rows, with the account’s own windows.',
      notCovered: [
        'The account’s traces in the rows of other accounts: in the counts and fraud shares of the counterparties it paid.',
        SEVERAL_ACCOUNTS,
        SEVERAL_BANKS,
      ],
    },
    'consortium-table': {
      unit: 'one account',
      covers:
        'Everything this bank releases about one account, all of it: the counts of the consortium table are charged, and features made from the published table add nothing.',
      notCovered: [SEVERAL_ACCOUNTS, SEVERAL_BANKS],
    },
  },
};

/** The words for the charter in force. */
export function unitWords({ unit, features }: CoveredCase): UnitWords {
  const { notCovered, ...covered } = words[unit][features];
  return { ...covered, notCovered: [...notCovered, WITHOUT_NOISE] };
}

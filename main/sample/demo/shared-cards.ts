/**
 * Banks that share customers, as they do when a file is split by terminals: one customer is one card at all of them, and a
 * card that was defrauded at any bank is known. The published figures count so; a bank itself sees its own frauds only.
 */
import type { FeatureRows, FeatureSet } from '#main/bank/features/feature-rows.ts';
import { leftOutAfter } from '#main/bank/features/known-cards.ts';
import type { BankCards } from './store.ts';

export interface BankRows {
  readonly set: FeatureSet;
  readonly cards: BankCards;
}

/** The banks' sets with card numbers that mean the same at every bank, and without the test rows of known cards if so asked. */
export function withSharedCards(
  banks: readonly BankRows[],
  { leaveOutKnownCards }: { readonly leaveOutKnownCards: boolean },
): readonly FeatureSet[] {
  const accounts = new Set(banks.flatMap(({ cards }) => [...cards.accountOf.values()]));
  const numberOf = new Map([...accounts].map((account, number) => [account, number]));
  const frauds = banks.flatMap(({ cards }) =>
    cards.frauds.map(({ account, occurredAt }) => ({ account: numberOf.get(account) ?? -1, occurredAt })),
  );
  const isKnown = leaveOutKnownCards ? leftOutAfter(frauds) : () => false;
  return banks.map(({ set, cards }) => {
    const numbered = (rows: FeatureRows): FeatureRows => ({
      ...rows,
      accountIndex: rows.accountIndex.map((index) => numberOf.get(cards.accountOf.get(index) ?? '') ?? -1),
    });
    return { train: numbered(set.train), test: rowsWhere(numbered(set.test), isKnown) };
  });
}

/** The rows that are not left out. */
function rowsWhere(rows: FeatureRows, isLeftOut: (account: number, time: number) => boolean): FeatureRows {
  const { width, accountIndex, occurredAt } = rows;
  const kept = Uint32Array.from({ length: rows.rows }, (_, row) => row).filter(
    (row) => !isLeftOut(accountIndex[row] ?? -1, occurredAt[row] ?? 0),
  );
  const x = new Float32Array(kept.length * width);
  kept.forEach((row, at) => {
    x.set(rows.x.subarray(row * width, (row + 1) * width), at * width);
  });
  return {
    rows: kept.length,
    width,
    x,
    y: Uint8Array.from(kept, (row) => rows.y[row] ?? 0),
    occurredAt: Float64Array.from(kept, (row) => occurredAt[row] ?? 0),
    accountIndex: kept.map((row) => accountIndex[row] ?? 0),
    rowNo: kept.map((row) => rows.rowNo[row] ?? 0),
  };
}

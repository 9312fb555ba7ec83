/** Adds entries to a ledger that verifies; what they say is decided elsewhere (spending.ts, recovery.ts). */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '#main/platform/ports.ts';
import { UtcTime } from '#shared/ids.ts';
import type { Accountant } from '#shared/privacy/accountant.ts';
import type { Balance } from './balance.ts';
import { chainRow, type LedgerHead, type LedgerRow } from './chain.ts';
import { encodeFact, type LedgerFact } from './entry.ts';
import type { LedgerReader } from './reader.ts';
import type { LedgerStore } from './store.ts';
import { faultFailure } from './words.ts';

export interface LedgerParts {
  readonly store: LedgerStore;
  readonly reader: LedgerReader;
  readonly macKey: KeyObject;
  readonly clock: Clock;
  readonly accountant: Accountant;
}

export type Append = (
  decide: (balance: Balance) => LedgerFact | undefined,
  check?: 'whole-chain' | 'what-is-new',
) => number;

/**
 * Adds the entry that `decide` makes of the verified balance (undefined: none); answers the newest entry's number.
 * Before it spends, the whole chain has to stand as it was verified; an outcome spends nothing, so there only what is
 * new is checked.
 */
export function appender(parts: LedgerParts): Append {
  const { store, reader } = parts;
  return (decide, check = 'whole-chain') => {
    const sequence = store.inTransaction(() => {
      const known = check === 'whole-chain' ? reader.verify() : reader.current();
      if (known.health.kind !== 'verified') throw faultFailure(known.health);
      const fact = decide(known.balance);
      return fact === undefined ? known.head.sequence : appendAfter(parts, known.head, fact).sequence;
    });
    reader.mirrorCommitted();
    return sequence;
  };
}

/** Joins the open transaction; checks nothing. */
export function appendAfter(
  { store, macKey, clock }: Pick<LedgerParts, 'store' | 'macKey' | 'clock'>,
  head: LedgerHead,
  fact: LedgerFact,
): LedgerRow {
  const at = UtcTime.parse(new Date(clock.now()).toISOString());
  const row = chainRow(head, { at, ...encodeFact(fact) }, macKey);
  store.append(row);
  return row;
}

/** The members of the consortium as the operator signed them. Verified once an entry; never forgotten, since old rounds need old keys. */
import type { SignedRosterEntry } from '#shared/contract/federation.ts';
import type { BankId } from '#shared/ids.ts';
import type { RoundsStore } from './store/records.ts';
import { type RosterKeys, type Trust, verifyRosterEntry } from './verify.ts';

export interface Roster {
  keys(): RosterKeys;
  name(bankId: BankId): string;
  /** Throws `signature-invalid` or `charter-mismatch`; then nothing of the list is taken over. */
  apply(entries: readonly SignedRosterEntry[], trust: Trust): void;
}

export function createRoster(store: Pick<RoundsStore, 'roster' | 'saveRosterEntry'>): Roster {
  const known = new Map(store.roster().map((signed) => [signed.entry.bankId, signed] as const));
  let keys: RosterKeys = keysOf(known);
  return {
    keys: () => keys,
    name: (bankId) => known.get(bankId)?.entry.name ?? bankId,
    apply: (entries, trust) => {
      const fresh = entries.filter(
        (signed) => known.get(signed.entry.bankId)?.operatorSignature !== signed.operatorSignature,
      );
      for (const signed of fresh) verifyRosterEntry(signed, trust);
      for (const signed of fresh) {
        store.saveRosterEntry(signed);
        known.set(signed.entry.bankId, signed);
      }
      if (fresh.length > 0) keys = keysOf(known);
    },
  };
}

function keysOf(known: ReadonlyMap<BankId, SignedRosterEntry>): RosterKeys {
  return new Map([...known].map(([bankId, { entry }]) => [bankId, entry.publicKey] as const));
}

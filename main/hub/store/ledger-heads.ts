/** The ledger heads that banks anchored, in SQL. Never decides. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { SignedLedgerHead } from '#shared/contract/federation.ts';
import type { BankId } from '#shared/ids.ts';

const Row = z.object({
  signed_head: z.string().transform((text) => SignedLedgerHead.parse(JSON.parse(text))),
});

export interface LedgerHeadStore {
  of(bankId: BankId): SignedLedgerHead | undefined;
  keep(signed: SignedLedgerHead): void;
}

export function openLedgerHeadStore(database: Database.Database): LedgerHeadStore {
  const of = database.prepare('SELECT signed_head FROM ledger_head WHERE bank_id = ?');
  const keep = database.prepare(
    `INSERT INTO ledger_head (bank_id, signed_head) VALUES (?, ?)
     ON CONFLICT (bank_id) DO UPDATE SET signed_head = excluded.signed_head`,
  );
  return {
    of: (bankId) => Row.optional().parse(of.get(bankId))?.signed_head,
    keep: (signed) => void keep.run(signed.statement.bankId, JSON.stringify(signed)),
  };
}

/** `bank restore`: puts a checked backup in the store's place while nobody has it open. It buys no budget back. */
import path from 'node:path';
import { replaceStore } from '#main/platform/sqlite/backup.ts';
import { openStore } from '#main/platform/sqlite/open.ts';
import { FailureError } from '#shared/failure.ts';
import type { BankOptions } from '../create.ts';
import { EMPTY_HEAD } from '../privacy/chain.ts';
import { openLedger } from '../privacy/ledger.ts';
import { ledgerMacKey } from '../privacy/ledger-secrets.ts';
import { faultWords } from '../privacy/words.ts';
import { BANK_STORE_FILE } from '../store/file.ts';
import { bankMigrations } from '../store/migrations/index.ts';

/**
 * Answers where the store of before is kept. Throws `store-locked`, `store-newer`, or `store-damaged` for a backup whose pages
 * or whose ledger do not check; then the store is as it was.
 */
export function restoreBank(options: BankOptions, backup: string): string | null {
  const { home, clock } = options;
  const file = path.join(home, BANK_STORE_FILE);
  return replaceStore({
    ...{ file, backup, clock },
    check: (copy) => {
      requireLedger(options, copy);
    },
  });
}

/** Its chain under this bank's key; that its end is old is said once it stands, with the way on. */
function requireLedger({ clock, log, random, secrets }: BankOptions, copy: string): void {
  const store = openStore({ file: copy, migrations: bankMigrations, clock, log });
  try {
    const mirror = { readMirroredHead: () => EMPTY_HEAD, mirrorHead: () => undefined };
    const ledger = openLedger({
      database: store.database,
      macKey: ledgerMacKey(secrets, random),
      clock,
      mirror,
    });
    const health = ledger.health();
    if (health.kind !== 'verified')
      throw new FailureError('store-damaged', `The backup is not taken: ${faultWords(health)}`);
    // Everything in one file, so that it can take the store's place by its name alone.
    store.database.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    store.close();
  }
}

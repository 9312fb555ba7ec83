/** The store and ledger of the cut machine, opened as the product opens them; key store and mirrored head lie on the same disk. */
import path from 'node:path';
import type Database from 'better-sqlite3';
import type { Accountant } from '#shared/privacy/accountant.ts';
import { openLedger, type Ledger } from '#main/bank/privacy/ledger.ts';
import { ledgerMacKey, secretsMirror } from '#main/bank/privacy/ledger-secrets.ts';
import { bankMigrations } from '#main/bank/store/migrations/index.ts';
import { silentLog } from '#main/platform/log.ts';
import type { Clock, Random } from '#main/platform/ports.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import { openStore } from '#main/platform/sqlite/open.ts';

/** ε is not the subject here: a tally that costs nothing. */
const TALLY: Accountant = {
  epsilon: (mechanisms) => mechanisms.reduce((steps, one) => steps + one.steps, 0) / 1e6,
  crossCheck: (mechanisms) => mechanisms.reduce((steps, one) => steps + one.steps, 0) / 1e6,
};

export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly database: Database.Database;
  close(): void;
}

export function openLedgerOn(
  file: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): OpenedLedger {
  const store = openStore({ file, migrations: bankMigrations, clock, log: silentLog });
  const { database } = store;
  const directory = path.join(path.dirname(file), 'keys');
  const secrets = createSecrets({ directory, key: { kind: 'none' }, random });
  const macKey = ledgerMacKey(secrets, random);
  const ledger = openLedger({ database, macKey, clock, mirror: secretsMirror(secrets), accountant: TALLY });
  return {
    ledger,
    database,
    close: () => {
      store.close();
    },
  };
}

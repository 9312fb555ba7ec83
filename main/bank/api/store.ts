/** The contract's methods about the store as a file. */
import { backUpStore } from '#main/platform/sqlite/backup.ts';
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import type { Services } from '../services.ts';

export function storeHandlers({ store }: Services): Pick<Handlers<BankContract>, 'store.backup'> {
  return { 'store.backup': ({ file }) => ({ file, ...backUpStore(store.database, file) }) };
}

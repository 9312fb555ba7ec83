/** Reaches the bank of a home: through the process that serves it, or else by opening its store for this one command. */
import { withStore } from '#main/wire/reach.ts';
import { bankContract, type BankContract } from '#shared/contract/bank.ts';
import type { Client } from '#shared/contract/define.ts';
import { type BankOptions, createBank } from '../create.ts';

export type BankClient = Client<BankContract>;

export interface Reaching {
  readonly options: BankOptions;
  /** `init` makes the store; every other verb needs one. */
  readonly mayCreate: boolean;
}

/** Throws `not-set-up` where no store is, unless `mayCreate`. A store opened here has heard the hub, where there is one. */
export function withBank<T>(
  { options, mayCreate }: Reaching,
  work: (client: BankClient) => Promise<T>,
): Promise<T> {
  const open = async () => {
    const bank = await createBank(options);
    await bank.settled().catch(async (error: unknown) => {
      await bank.close();
      throw error;
    });
    return {
      answer: (method: string, input: unknown) => bank.answer(method, input, undefined),
      close: () => bank.close(),
    };
  };
  const place = { home: options.home, storeFile: 'bank.sqlite', role: 'bank' } as const;
  return withStore({ ...place, contract: bankContract, mayCreate, open }, work);
}

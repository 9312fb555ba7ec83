/** Reaches the bank of a home: through the process that serves it, or else by opening its store for this one command. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { connectControl, type Control } from '#main/wire/control.ts';
import { bankContract, type BankContract } from '#shared/contract/bank.ts';
import { createClient } from '#shared/contract/client.ts';
import type { Client } from '#shared/contract/define.ts';
import { FailureError, isFailure } from '#shared/failure.ts';
import { type BankOptions, createBank } from '../create.ts';

export type BankClient = Client<BankContract>;

export interface Reaching {
  readonly options: BankOptions;
  /** `init` makes the store; every other verb needs one. */
  readonly mayCreate: boolean;
}

/** Throws `not-set-up` where no store is, unless `mayCreate`. A store opened here has heard the hub, where there is one. */
export async function withBank<T>(reaching: Reaching, work: (client: BankClient) => Promise<T>): Promise<T> {
  const { options, mayCreate } = reaching;
  const control = await serving(options.home);
  if (control !== undefined) {
    try {
      return await work(control.client);
    } finally {
      control.close();
    }
  }
  if (!mayCreate && !existsSync(path.join(options.home, 'bank.sqlite')))
    throw new FailureError('not-set-up', `There is no bank in ${options.home}: run \`bank init\` first`);
  const bank = await createBank(options);
  try {
    await bank.settled();
    return await work(
      createClient(bankContract, { request: (method, input) => bank.answer(method, input, undefined) }),
    );
  } finally {
    await bank.close();
  }
}

async function serving(home: string): Promise<Control<BankContract> | undefined> {
  try {
    return await connectControl({ contract: bankContract, home });
  } catch (error) {
    if (isFailure(error, 'hub-unreachable')) return undefined;
    throw error;
  }
}

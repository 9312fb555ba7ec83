/** Reaches a store of this machine: through the process that serves it, or else by opening it for this one command. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createClient } from '#shared/contract/client.ts';
import type { Client, Contract } from '#shared/contract/define.ts';
import type { Reply } from '#shared/contract/transport.ts';
import { FailureError, isFailure } from '#shared/failure.ts';
import { connectControl, type Control } from './control.ts';

/** A store that this process opened for one command. */
export interface OpenedHere {
  readonly answer: (method: string, input: unknown) => Promise<Reply>;
  close(): Promise<void>;
}

export interface Reaching<C extends Contract> {
  readonly contract: C;
  readonly home: string;
  /** The store's file inside the home, and the words for it: "There is no hub in …: run `hub init` first". */
  readonly storeFile: string;
  readonly role: 'bank' | 'hub';
  /** `init` makes the store; every other verb needs one. */
  readonly mayCreate: boolean;
  readonly open: () => Promise<OpenedHere>;
}

/** Throws `not-set-up` where no store is, unless `mayCreate`. */
export async function withStore<C extends Contract, T>(
  reaching: Reaching<C>,
  work: (client: Client<C>) => Promise<T>,
): Promise<T> {
  const { contract, home, role } = reaching;
  const control = await serving(reaching);
  if (control !== undefined) {
    try {
      return await work(control.client);
    } finally {
      control.close();
    }
  }
  if (!reaching.mayCreate && !existsSync(path.join(home, reaching.storeFile)))
    throw new FailureError('not-set-up', `There is no ${role} in ${home}: run \`${role} init\` first`);
  const opened = await reaching.open();
  try {
    return await work(createClient(contract, { request: opened.answer }));
  } finally {
    await opened.close();
  }
}

async function serving<C extends Contract>({
  contract,
  home,
}: Pick<Reaching<C>, 'contract' | 'home'>): Promise<Control<C> | undefined> {
  try {
    return await connectControl({ contract, home });
  } catch (error) {
    if (isFailure(error, 'hub-unreachable')) return undefined;
    throw error;
  }
}

/** Reaches the hub of a home: through the process that serves it, or else by opening its store for this one command. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createClient } from '#shared/contract/client.ts';
import type { Client } from '#shared/contract/define.ts';
import { hubContract, type HubContract } from '#shared/contract/hub.ts';
import { FailureError, isFailure } from '#shared/failure.ts';
import { connectControl, type Control } from '#main/wire/control.ts';
import { createHub, type HubOptions } from '../create.ts';
import { hubAnswer } from './hub-answer.ts';

export type HubClient = Client<HubContract>;

/** Throws `not-set-up` where no store is, unless `mayCreate`. */
export async function withHub<T>(
  options: HubOptions & { readonly mayCreate: boolean },
  work: (client: HubClient) => Promise<T>,
): Promise<T> {
  const control = await serving(options.home);
  if (control !== undefined) {
    try {
      return await work(control.client);
    } finally {
      control.close();
    }
  }
  if (!options.mayCreate && !existsSync(path.join(options.home, 'hub.sqlite')))
    throw new FailureError('not-set-up', `There is no hub in ${options.home}: run \`hub init\` first`);
  const hub = createHub(options);
  try {
    const answer = hubAnswer(hub, options);
    return await work(createClient(hubContract, { request: answer }));
  } finally {
    await hub.close();
  }
}

async function serving(home: string): Promise<Control<HubContract> | undefined> {
  try {
    return await connectControl({ contract: hubContract, home });
  } catch (error) {
    if (isFailure(error, 'hub-unreachable')) return undefined;
    throw error;
  }
}

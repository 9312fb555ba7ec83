/** Reaches the hub of a home: through the process that serves it, or else by opening its store for this one command. */
import type { Client } from '#shared/contract/define.ts';
import { hubContract, type HubContract } from '#shared/contract/hub.ts';
import { withStore } from '#main/wire/reach.ts';
import { createHub, type HubOptions } from '../create.ts';
import { hubAnswer } from './hub-answer.ts';

export type HubClient = Client<HubContract>;

/** Throws `not-set-up` where no store is, unless `mayCreate`. */
export function withHub<T>(
  options: HubOptions & { readonly mayCreate: boolean },
  work: (client: HubClient) => Promise<T>,
): Promise<T> {
  const open = () => {
    const hub = createHub(options);
    return Promise.resolve({ answer: hubAnswer(hub, options), close: () => hub.close() });
  };
  const { home, mayCreate } = options;
  const place = { home, storeFile: 'hub.sqlite', role: 'hub' } as const;
  return withStore({ ...place, contract: hubContract, mayCreate, open }, work);
}

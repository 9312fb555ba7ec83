/** A typed client of any contract over any transport; both ends parse. */
import { FailureError } from '../failure.ts';
import type { Client, Contract, Output } from './define.ts';
import type { Transport } from './transport.ts';
import { Reply } from './transport.ts';

export function createClient<C extends Contract>(
  contract: C,
  transport: Pick<Transport, 'request'>,
): Client<C> {
  const client: Partial<Record<keyof C, (input: unknown) => Promise<unknown>>> = {};
  for (const name of Object.keys(contract) as (keyof C & string)[]) {
    client[name] = (input) => callMethod(contract, name, { input, transport });
  }
  return client as Client<C>;
}

async function callMethod<C extends Contract, K extends keyof C & string>(
  contract: C,
  name: K,
  call: { readonly input: unknown; readonly transport: Pick<Transport, 'request'> },
): Promise<Output<C[K]>> {
  const method: C[K] = contract[name];
  const reply = Reply.parse(await call.transport.request(name, call.input));
  if (reply.kind === 'failure') throw FailureError.from(reply.failure);
  return method.output.parse(reply.value) as Output<C[K]>;
}

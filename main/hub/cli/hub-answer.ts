/** Serves the operator's contract of one hub to whatever carries it. */
import { serve } from '#shared/contract/serve.ts';
import { hubContract } from '#shared/contract/hub.ts';
import type { Reply } from '#shared/contract/transport.ts';
import { errorFields } from '#main/platform/log.ts';
import type { Log, Random } from '#main/platform/ports.ts';
import type { Hub } from '../create.ts';

export function hubAnswer(
  hub: Pick<Hub, 'handlers'>,
  ports: { readonly random: Random; readonly log: Log },
): (method: string, input: unknown) => Promise<Reply> {
  const answer = serve({
    contract: hubContract,
    handlers: hub.handlers,
    onBug: (error, method) => {
      const correlationId = Buffer.from(ports.random.bytes(8)).toString('hex');
      ports.log.error('hub.bug', { correlationId, method, ...errorFields(error) });
      return correlationId;
    },
  });
  return (method, input) => answer(method, input, undefined);
}

/** Serves the contract to the page over its MessagePort: the same calls, replies and events as the loopback bridge. */
import type { MessagePortMain } from 'electron';
import { z } from 'zod';
import type { Answer } from '#shared/contract/serve.ts';
import type { FromBackend } from '../channel-names.ts';

const Call = z.object({ id: z.int(), method: z.string().max(80), input: z.unknown() });

export interface PageService {
  readonly answer: Answer<undefined>;
  /** Returns the unsubscribe function. */
  readonly subscribe: (listener: (event: unknown) => void) => () => void;
  /** A message that is no call, or an answer that could not be sent. */
  readonly onBug: (error: unknown) => void;
}

export function servePage(port: MessagePortMain, service: PageService): void {
  const post = (message: FromBackend): void => {
    port.postMessage(message);
  };
  port.on('message', ({ data }) => {
    const call = Call.safeParse(data);
    if (!call.success) {
      service.onBug(call.error);
      return;
    }
    const { id, method, input } = call.data;
    service
      .answer(method, input, undefined)
      .then((reply) => {
        post({ kind: 'reply', id, reply });
      })
      .catch(service.onBug);
  });
  const unsubscribe = service.subscribe((event) => {
    post({ kind: 'event', event });
  });
  port.once('close', unsubscribe);
  port.start();
}

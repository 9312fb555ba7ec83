/** What only the main process can do for the page: native dialogs. Asked over the parent's port, answered with a reply. */
import type { Reply } from '#shared/contract/transport.ts';
import { FailureError } from '#shared/failure.ts';
import type { DesktopRequest, FromBackendProcess } from './messages.ts';

export interface DesktopRequests {
  /** Resolves with the reply's value; rejects with its failure. */
  ask(request: DesktopRequest): Promise<unknown>;
  receive(id: number, reply: Reply): void;
}

export function createDesktopRequests(send: (message: FromBackendProcess) => void): DesktopRequests {
  const waiting = new Map<number, (reply: Reply) => void>();
  let lastId = 0;
  return {
    ask: async (request) => {
      const id = ++lastId;
      const reply = await new Promise<Reply>((resolve) => {
        waiting.set(id, resolve);
        send({ kind: 'desktop-request', id, request });
      });
      if (reply.kind === 'failure') throw FailureError.from(reply.failure);
      return reply.value;
    },
    receive: (id, reply) => {
      waiting.get(id)?.(reply);
      waiting.delete(id);
    },
  };
}

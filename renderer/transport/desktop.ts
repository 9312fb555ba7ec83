/** The desktop app: the preload's api in front of a MessagePort to the backend process. */
import { z } from 'zod';
import { type ConnectionState, Reply } from '#shared/contract/transport.ts';
import { type DesktopApi, type Host } from './host.ts';

const State = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connecting') }),
  z.object({ kind: z.literal('connected') }),
  z.object({ kind: z.literal('waiting'), sinceMs: z.number(), retryInMs: z.number() }),
  z.object({ kind: z.literal('closed') }),
]) satisfies z.ZodType<ConnectionState>;

export function desktopHost(api: DesktopApi): Host {
  return {
    kind: 'desktop',
    transport: {
      request: async (method, input) => Reply.parse(await api.request(method, input)),
      subscribe: (listener) => api.onEvent(listener),
      onState: (listener) =>
        api.onState((state) => {
          const parsed = State.safeParse(state);
          if (parsed.success) listener(parsed.data);
        }),
      close: () => undefined,
    },
    upload: null,
    onCommand: (listener) => api.onCommand(listener),
  };
}

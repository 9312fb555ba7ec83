/** What the main process and the backend process say to each other; the page's calls do not pass here but over a port. */
import { z } from 'zod';
import { Config } from '#shared/config.ts';
import { Failure } from '#shared/failure.ts';
import { Reply } from '#shared/contract/transport.ts';

export const SecretsKeyMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('passphrase'), passphrase: z.string() }),
  z.object({
    kind: z.literal('operating-system'),
    key: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  }),
]);

export const ToBackendProcess = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), config: Config, version: z.string(), key: SecretsKeyMessage }),
  /** Its one port leads to the page. */
  z.object({ kind: z.literal('page') }),
  z.object({ kind: z.literal('ask-work'), id: z.int() }),
  z.object({ kind: z.literal('desktop-reply'), id: z.int(), reply: Reply }),
  z.object({
    kind: z.literal('process-output'),
    id: z.int(),
    stream: z.enum(['stdout', 'stderr']),
    text: z.string(),
  }),
  z.object({ kind: z.literal('process-ended'), id: z.int(), code: z.number().nullable() }),
  z.object({ kind: z.literal('stop') }),
]);
export type ToBackendProcess = z.infer<typeof ToBackendProcess>;

export const ProcessOrder = z.object({
  kind: z.literal('start-process'),
  id: z.int(),
  name: z.enum(['hub', 'bank']),
  args: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
});
export type ProcessOrder = z.infer<typeof ProcessOrder>;

export const DesktopRequest = z.discriminatedUnion('method', [
  z.object({ method: z.literal('choose-import-file') }),
  z.object({ method: z.literal('save-text'), suggestedName: z.string(), text: z.string() }),
]);
export type DesktopRequest = z.infer<typeof DesktopRequest>;

export const Notice = z.object({ title: z.string(), detail: z.string() });
export type Notice = z.infer<typeof Notice>;

export const FromBackendProcess = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  /** The bank can't be opened (its store is locked, a passphrase is wrong): it ends after this. */
  z.object({ kind: z.literal('failed'), failure: Failure }),
  z.object({ kind: z.literal('work'), id: z.int(), work: z.array(z.string()) }),
  z.object({ kind: z.literal('desktop-request'), id: z.int(), request: DesktopRequest }),
  ProcessOrder,
  z.object({ kind: z.literal('kill-process'), id: z.int(), signal: z.enum(['SIGTERM', 'SIGKILL']) }),
  z.object({ kind: z.literal('notice'), notice: Notice }),
]);
export type FromBackendProcess = z.infer<typeof FromBackendProcess>;

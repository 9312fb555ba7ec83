/** What can be set from outside, one schema. Parsed once by the entry (main/platform/config.ts), frozen, passed down. */
import { z } from 'zod';

export const Config = z.strictObject({
  home: z.string().min(1).describe('Folder of the store, the keys, the uploads and the logs'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Lowest level that is logged'),
  port: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('TCP port on 127.0.0.1 for the browser; 0 takes a free one'),
  threads: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .optional()
    .describe('Threads that train; as many as there are cores unless set'),
  passphrase: z
    .string()
    .min(1)
    .optional()
    .describe('Protects the keys; from the environment or a file, never a flag'),
  passphraseFile: z.string().min(1).optional().describe('File whose first line is the passphrase'),
  rendererUrl: z
    .url()
    .optional()
    .describe('Address of the development server that serves the page; unset in a build'),
});
export type Config = z.output<typeof Config>;

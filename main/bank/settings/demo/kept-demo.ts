/** What a demonstration leaves beside its stores, so that the app takes it up again after a restart. */
import path from 'node:path';
import { z } from 'zod';
import { HubAddress } from '#shared/contract/invite.ts';
import { readFileIfPresent, writeFileDurably } from '#main/platform/files.ts';

const DemoChoice = z.strictObject({ peers: z.int().min(2).max(5), seed: z.int().min(0).max(0xffff_ffff) });
export type DemoChoice = z.infer<typeof DemoChoice>;

const KeptDemo = DemoChoice.extend({
  address: HubAddress,
  /** False after a person stopped it: it then waits for the next click. */
  isWanted: z.boolean(),
});
export type KeptDemo = z.infer<typeof KeptDemo>;

const FILE = 'demo.json';

export function readKeptDemo(directory: string): KeptDemo | undefined {
  const kept = readFileIfPresent(path.join(directory, FILE));
  return kept === undefined ? undefined : KeptDemo.parse(JSON.parse(Buffer.from(kept).toString('utf8')));
}

export function keepDemo(directory: string, kept: KeptDemo): KeptDemo {
  writeFileDurably(path.join(directory, FILE), JSON.stringify(kept));
  return kept;
}

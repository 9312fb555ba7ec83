/** The list of a preset's blocks: what makes them one set. Replaced whole, so a crash leaves the set before or the new one. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { FeaturePresetName } from '#shared/round/charter.ts';

export const FeatureManifest = z.strictObject({
  format: z.literal('parley/features/2'),
  preset: FeaturePresetName,
  presetVersion: z.int(),
  /** As stated when the set was computed: blocks of two countries never stand in one set. */
  homeCountry: z.string().nullable(),
  width: z.int().min(1),
  /** The data that the set was computed from. */
  dataVersion: z.int().min(1),
  lastRowNo: z.int(),
  /** UTC milliseconds of the latest transaction then, incoming ones included. */
  lastAt: z.number(),
  /** Rows in all blocks: the outgoing ones. */
  rows: z.int().min(0),
  blocks: z.array(
    z.strictObject({ file: z.string(), rows: z.int().min(1), firstAt: z.number(), lastAt: z.number() }),
  ),
});
export type FeatureManifest = z.infer<typeof FeatureManifest>;

const FILE = 'manifest.json';

/** Undefined where there is none that this build can read. */
export function readManifest(folder: string): FeatureManifest | undefined {
  try {
    return FeatureManifest.safeParse(JSON.parse(readFileSync(path.join(folder, FILE), 'utf8'))).data;
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isAbsent || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function writeManifest(folder: string, manifest: FeatureManifest): void {
  const partial = path.join(folder, `${FILE}.partial`);
  writeFileSync(partial, JSON.stringify(manifest), { mode: 0o600 });
  renameSync(partial, path.join(folder, FILE));
}

export function removeManifest(folder: string): void {
  rmSync(path.join(folder, FILE), { force: true });
}

/** Makes the folder, and removes from it what the manifest does not name: blocks of a computation that was stopped. */
export function tidyFolder(folder: string, manifest: FeatureManifest | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const named = new Set([FILE, ...(manifest?.blocks ?? []).map((block) => block.file)]);
  for (const name of readdirSync(folder)) {
    if (!named.has(name)) rmSync(path.join(folder, name), { force: true });
  }
}

/** Brings a preset's blocks up to the visible data, in one pass in time order. For the features worker. */
import path from 'node:path';
import type { Store } from '#main/platform/sqlite/open.ts';
import { FailureError } from '#shared/failure.ts';
import type { FeaturePreset } from '#shared/features/preset.ts';
import { FEATURE_PRESETS } from '#shared/features/presets.ts';
import type { FeaturePresetName } from '#shared/round/charter.ts';
import {
  changedSince,
  currentDataVersion,
  recordedDataVersion,
  type DataVersion,
} from '#main/bank/store/data-versions.ts';
import { readFeatureRows, readSeenPairs, type FeatureSource } from '#main/bank/store/feature-rows.ts';
import { readHomeCountry } from '#main/bank/store/home-country.ts';
import { readLabelHistories } from '#main/bank/store/labels.ts';
import { allocateBlock, cutBlock, writeBlock, type FeatureBlock } from './block-file.ts';
import { labelEvents } from './label-events.ts';
import { readManifest, removeManifest, tidyFolder, writeManifest, type FeatureManifest } from './manifest.ts';
import { planFeatures, type FeaturePlan } from './plan.ts';
import { DAY_MS } from './transform/calendar.ts';
import { createTransform } from './transform/transform.ts';

export interface ComputeTask {
  readonly preset: FeaturePresetName;
  /** Folder of this preset's blocks. */
  readonly folder: string;
  readonly onProgress: (rows: number, share: number) => void;
}

export interface Computed {
  readonly plan: FeaturePlan['kind'];
  readonly reason: string;
  readonly rows: number;
}

const BLOCK_ROWS = 32_768;

/** Throws `data-missing` without transactions, `invalid-input` for a currency without a public rate, `disk-full`. */
export function computeFeatures(database: Store['database'], task: ComputeTask): Computed {
  const preset = FEATURE_PRESETS[task.preset];
  const current = currentDataVersion(database);
  if (current.rows === 0)
    throw new FailureError('data-missing', 'There are no transactions to compute features from');
  const manifest = readManifest(task.folder);
  // Read once: another thread may state another one while this pass goes on.
  const homeCountry = readHomeCountry(database);
  const plan = featurePlan(database, { preset, manifest, current, homeCountry });
  if (plan.kind === 'current') return { plan: 'current', reason: 'up to date', rows: manifest?.rows ?? 0 };
  const kept = plan.kind === 'append' ? plan.manifest : undefined;
  // New blocks may have the names of old ones, which another country or older data made: no list may name both.
  if (kept === undefined) removeManifest(task.folder);
  tidyFolder(task.folder, kept);
  const written = computeBlocks(database, { ...task, definition: preset, current, homeCountry, kept });
  writeManifest(task.folder, written);
  tidyFolder(task.folder, written);
  return { plan: plan.kind, reason: plan.kind === 'append' ? 'new rows' : plan.reason, rows: written.rows };
}

export interface PlanQuestion {
  readonly preset: FeaturePreset;
  readonly manifest: FeatureManifest | undefined;
  readonly current: DataVersion;
  /** The one in force unless stated. */
  readonly homeCountry?: string | null;
}

export function featurePlan(
  database: Store['database'],
  { preset, manifest, current, homeCountry = readHomeCountry(database) }: PlanQuestion,
): FeaturePlan {
  return planFeatures({
    preset,
    manifest,
    current,
    homeCountry,
    recorded: manifest === undefined ? undefined : recordedDataVersion(database, manifest.dataVersion),
    changedFrom: manifest === undefined ? undefined : changedSince(database, manifest.dataVersion),
  });
}

interface BlockTask extends ComputeTask {
  readonly definition: FeaturePreset;
  readonly current: DataVersion;
  readonly homeCountry: string | null;
  /** The set that is added to. */
  readonly kept: FeatureManifest | undefined;
}

function computeBlocks(database: Store['database'], task: BlockTask): FeatureManifest {
  const { definition, current, homeCountry, kept } = task;
  const { lastRowNo } = current;
  const computedUntil = kept?.lastAt ?? -Infinity;
  // Rows of the horizon are read again to fill the windows, and not written again.
  const after = computedUntil - definition.horizonDays * DAY_MS;
  const range = { lastRowNo, after: Math.max(after, Number.MIN_SAFE_INTEGER) };
  const source = readFeatureRows(database, { ...range, homeCountry });
  const seenBefore = kept === undefined ? [] : readSeenPairs(database, { lastRowNo, time: after });
  const labels = labelEvents(source, readLabelHistories(database, lastRowNo));
  const transform = createTransform(definition.name, { columns: source.columns, labels, seenBefore });
  const blocks = createBlockWriter(task);
  for (let row = 0; row < source.columns.rows; row++) {
    const isNew = (source.columns.occurredAt[row] ?? 0) > computedUntil;
    const { out, at } = isNew ? blocks.next() : blocks.scratch;
    if (transform(row, out, at) && isNew) blocks.take(source, row);
    if (row % BLOCK_ROWS === 0) task.onProgress(row, row / source.columns.rows);
  }
  return {
    format: 'parley/features/2',
    preset: definition.name,
    presetVersion: definition.version,
    homeCountry,
    width: definition.inputs.length,
    dataVersion: current.version,
    lastRowNo,
    lastAt: current.lastAt ?? 0,
    ...blocks.finish(),
  };
}

interface Place {
  readonly out: Float32Array;
  readonly at: number;
}

interface BlockWriter {
  /** Where the next row's inputs go. */
  next(): Place;
  /** Where inputs go that nobody keeps. */
  readonly scratch: Place;
  /** Keeps the row whose inputs were written to `next()`. */
  take(source: FeatureSource, row: number): void;
  finish(): Pick<FeatureManifest, 'rows' | 'blocks'>;
}

function createBlockWriter({ definition, current, folder, kept }: BlockTask): BlockWriter {
  const width = definition.inputs.length;
  const blocks: FeatureManifest['blocks'] = [...(kept?.blocks ?? [])];
  const full: FeatureBlock = allocateBlock(BLOCK_ROWS, width);
  let rows = 0;

  function write(): void {
    if (rows === 0) return;
    const block = cutBlock(full, rows);
    const file = `${String(current.version)}-${String(blocks.length)}.block`;
    const made = { preset: definition.name, presetVersion: definition.version, dataVersion: current.version };
    writeBlock(path.join(folder, file), block, made);
    blocks.push({ file, rows, firstAt: block.occurredAt[0] ?? 0, lastAt: block.occurredAt[rows - 1] ?? 0 });
    rows = 0;
  }

  return {
    next: () => ({ out: full.x, at: rows * width }),
    scratch: { out: new Float32Array(width), at: 0 },
    take: ({ columns, rowNo }, row) => {
      full.occurredAt[rows] = columns.occurredAt[row] ?? 0;
      full.account[rows] = columns.account[row] ?? 0;
      full.rowNo[rows] = rowNo[row] ?? 0;
      rows += 1;
      if (rows === BLOCK_ROWS) write();
    },
    finish: () => {
      write();
      return { rows: blocks.reduce((sum, block) => sum + block.rows, 0), blocks };
    },
  };
}

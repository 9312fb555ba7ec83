/**
 * Scores the bank's stored rows with one model into a CSV, block by block: memory stays that of one block.
 * For the scoring thread. The file appears whole or not at all.
 */
import path from 'node:path';
import type { Store } from '#main/platform/sqlite/open.ts';
import { z } from 'zod';
import { csvText } from '#shared/csv.ts';
import { FailureError } from '#shared/failure.ts';
import { FeaturePresetName, ModelSpec } from '#shared/round/charter.ts';
import { createPredictor, probability, type Predictor } from '../../learning/kernel/predictor.ts';
import { type FeatureBlock, readBlock } from '../features/block-file.ts';
import { type FeatureManifest, readManifest } from '../features/manifest.ts';
import { transactionLookup } from './store.ts';
import { writeWhole } from './whole-file.ts';

const Milliseconds = z.number().or(z.literal([Infinity, -Infinity]));

export const ScoringTask = z.object({
  storeFile: z.string(),
  /** Folder of the preset's blocks. */
  featureFolder: z.string(),
  preset: FeaturePresetName,
  model: ModelSpec,
  weights: z.custom<Float64Array>((value) => value instanceof Float64Array),
  /** UTC milliseconds, half-open: the rows to score; infinite for all. */
  from: Milliseconds,
  until: Milliseconds,
  outputFile: z.string(),
});
export type ScoringTask = z.infer<typeof ScoringTask>;

const HEADER = ['external_id', 'occurred_at', 'account', 'score'];

/** Answers the rows written. @throws FailureError `features-not-ready`, `data-missing`, `file-not-readable`, `disk-full`. */
export function scoreRows(
  database: Store['database'],
  task: ScoringTask,
  onShare: (share: number) => void,
): number {
  const manifest = readManifest(task.featureFolder);
  if (manifest?.preset !== task.preset)
    throw new FailureError('features-not-ready', `The inputs of ${task.preset} are not computed yet`);
  const blocks = manifest.blocks.filter(({ firstAt, lastAt }) => firstAt < task.until && lastAt >= task.from);
  const { layers, activation } = task.model;
  const predictor = createPredictor({ layers, activation }, task.weights);
  const describe = lineWriter(database, task);
  return writeWhole(task.outputFile, (write) => {
    write(csvText([HEADER]));
    let rows = 0;
    for (const [done, { file }] of blocks.entries()) {
      const lines = scoredLines(read(task, manifest, file), { predictor, describe });
      write(csvText(lines));
      rows += lines.length;
      onShare((done + 1) / blocks.length);
    }
    if (rows === 0) throw new FailureError('data-missing', 'No stored transaction lies in the days to score');
    return rows;
  });
}

function read(task: ScoringTask, manifest: FeatureManifest, file: string): FeatureBlock {
  const { preset, presetVersion } = manifest;
  return readBlock(path.join(task.featureFolder, file), { preset, presetVersion });
}

type Line = readonly string[];
/** The line of a row of a block, or undefined for one outside the span. */
type LineWriter = (block: FeatureBlock, row: number, logit: number) => Line | undefined;

function lineWriter(database: Store['database'], { from, until }: ScoringTask): LineWriter {
  const find = transactionLookup(database);
  return ({ occurredAt, rowNo }, row, logit) => {
    const at = occurredAt[row] ?? Number.NaN;
    if (!(at >= from && at < until)) return undefined;
    const { externalId, account } = find(rowNo[row] ?? -1);
    return [externalId, new Date(at).toISOString(), account, probability(logit).toPrecision(6)];
  };
}

function scoredLines(
  block: FeatureBlock,
  { predictor, describe }: { readonly predictor: Predictor; readonly describe: LineWriter },
): readonly Line[] {
  const logits = predictor.logits(block.x);
  const lines: Line[] = [];
  for (let row = 0; row < block.rows; row++) {
    const line = describe(block, row, logits[row] ?? Number.NaN);
    if (line !== undefined) lines.push(line);
  }
  return lines;
}

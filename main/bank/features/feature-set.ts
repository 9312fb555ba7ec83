/**
 * The rows that a charter trains and tests on, out of the computed blocks, with the labels as they may be used.
 *
 * Training sees a label only if it was known before the split's `labelsKnownBy`: a fraud whose label came later trains as
 * genuine, just as the bank would have trained on that day. The test uses the final labels.
 */
import path from 'node:path';
import type { Store } from '#main/platform/sqlite/open.ts';
import { FailureError } from '#shared/failure.ts';
import { FEATURE_PRESETS } from '#shared/features/presets.ts';
import type { Charter } from '#shared/round/charter.ts';
import { currentDataVersion, type DataVersion } from '#main/bank/store/data-versions.ts';
import { labelAt, readLabelHistories, unlabelledRows, type LabelHistory } from '#main/bank/store/labels.ts';
import { readBlock, type FeatureBlock } from './block-file.ts';
import { featurePlan } from './compute.ts';
import { leftOutCards } from './known-cards.ts';
import { readManifest, type FeatureManifest } from './manifest.ts';
import type { FeatureRows, FeatureSet } from './feature-rows.ts';
import { createRowCollector } from './row-collector.ts';
import { DAY_MS } from './transform/calendar.ts';

/** The part of a charter that says which rows. */
export type FeatureTerms = Pick<Charter, 'features' | 'split' | 'labelDelayDays'> & {
  readonly evaluation: Pick<Charter['evaluation'], 'leaveOutKnownCards'>;
  /**
   * The day (UTC) of the clock on which a row counts as old enough to go without a label. Never the day of the newest
   * transaction: one account would then decide which rows of others count, and no sensitivity bounds that.
   */
  readonly today: string;
};

/** UTC milliseconds, half-open. */
export interface TimeSpan {
  readonly from: number;
  readonly until: number;
}

/** Throws `features-not-ready` when the blocks are missing, damaged or behind the visible data. */
export function openFeatureSet(database: Store['database'], folder: string, terms: FeatureTerms): FeatureSet {
  const preset = FEATURE_PRESETS[terms.features];
  const current = currentDataVersion(database);
  const manifest = readManifest(folder);
  const plan = featurePlan(database, { preset, manifest, current });
  if (manifest === undefined || plan.kind !== 'current') {
    throw new FailureError(
      'features-not-ready',
      `The inputs of ${preset.name} are not computed for the data of today`,
    );
  }
  const histories = readLabelHistories(database, current.lastRowNo);
  const reader: SpanReader = {
    folder,
    manifest,
    database,
    current,
    labelDelayMs: terms.labelDelayDays * DAY_MS,
    today: dayStart(terms.today),
  };
  const { trainFrom, trainUntil, labelsKnownBy, testFrom, testUntil } = terms.split;
  const train = readSpan(reader, {
    span: { from: dayStart(trainFrom), until: dayStart(trainUntil) },
    // Known before the day, so at its first millisecond it is too late.
    labelOf: labelledBy(histories, dayStart(labelsKnownBy) - 1),
    labelsKnownBy: dayStart(labelsKnownBy),
    isLeftOut: () => false,
  });
  const testTerms = {
    span: { from: dayStart(testFrom), until: dayStart(testUntil) },
    labelOf: labelledBy(histories, Infinity),
    labelsKnownBy: Infinity,
  };
  if (!terms.evaluation.leaveOutKnownCards)
    return { train, test: readSpan(reader, { ...testTerms, isLeftOut: () => false }) };
  const isLeftOut = leftOutCards(database, histories);
  return {
    train,
    test: readSpan(reader, { ...testTerms, isLeftOut }),
    leftOut: readSpan(reader, { ...testTerms, isLeftOut: (account, time) => !isLeftOut(account, time) }),
  };
}

interface SpanReader {
  readonly folder: string;
  readonly manifest: FeatureManifest;
  readonly database: Store['database'];
  readonly current: DataVersion;
  readonly labelDelayMs: number;
  readonly today: number;
}

interface SpanTerms {
  readonly span: TimeSpan;
  readonly labelOf: (rowNo: number) => number;
  readonly labelsKnownBy: number;
  readonly isLeftOut: (account: number, time: number) => boolean;
}

function readSpan(reader: SpanReader, { span, labelOf, labelsKnownBy, isLeftOut }: SpanTerms): FeatureRows {
  const { manifest, folder } = reader;
  const unknown = undecidedRows(reader, span, labelsKnownBy);
  const parts = manifest.blocks.filter((block) => block.firstAt < span.until && block.lastAt >= span.from);
  const collector = createRowCollector(
    parts.reduce((sum, part) => sum + part.rows, 0),
    manifest.width,
  );
  for (const part of parts) {
    const block = readBlock(path.join(folder, part.file), manifest);
    for (let row = 0; row < block.rows; row++) {
      if (isInside(block, row, span) && !unknown.has(block.rowNo[row] ?? 0)) {
        const time = block.occurredAt[row] ?? 0;
        if (!isLeftOut(block.account[row] ?? 0, time))
          collector.take(block, row, labelOf(block.rowNo[row] ?? 0));
      }
    }
  }
  return collector.finish();
}

function isInside(block: FeatureBlock, row: number, span: TimeSpan): boolean {
  const time = block.occurredAt[row] ?? 0;
  return time >= span.from && time < span.until;
}

/** A row without a label counts as genuine once it is older than the label delay; before, nobody can say. */
function undecidedRows(reader: SpanReader, span: TimeSpan, labelsKnownBy: number): ReadonlySet<number> {
  const { database, current, labelDelayMs, today } = reader;
  const asOf = Math.min(labelsKnownBy, today);
  const from = Math.max(span.from, asOf - labelDelayMs);
  if (from >= span.until) return new Set();
  return unlabelledRows(database, { from, until: span.until, lastRowNo: current.lastRowNo });
}

function labelledBy(histories: ReadonlyMap<number, LabelHistory>, time: number): (rowNo: number) => number {
  return (rowNo) => labelAt(histories.get(rowNo), time) ?? 0;
}

function dayStart(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

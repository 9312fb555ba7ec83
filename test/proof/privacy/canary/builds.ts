/** The product, and three builds that leak: the scan must be silent about the first and catch the others. */
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { layoutOf } from '#main/bank/review/held.ts';
import type { Trainer, TrainingOutcome, TrainingRequest } from '#main/bank/training/trainer.ts';
import { referenceGradient } from '#main/learning/model/reference.ts';
import { decodeUpdate, encodeUpdate } from '#main/learning/recipes/update-codec.ts';
import type { TransactionRow } from '#shared/features/data-view.ts';
import type { Build, LeakTools } from './bank.ts';
import type { Canary } from './records.ts';

export const PRODUCT: Build = { name: 'the product', trainer: (trainer) => trainer };

/** Builds that leak one of these records. */
export function leakingBuilds(canaries: readonly Canary[]): readonly Build[] {
  return [
    { name: 'a row in a telemetry message', trainer: atStart((tools) => sendTelemetry(tools, canaries)) },
    {
      name: 'the raw gradient of a batch of one',
      trainer: (trainer, tools) => rawGradient(trainer, tools, canaries),
    },
    { name: 'a row in the log', trainer: atStart((tools) => logRow(tools, canaries)) },
  ];
}

/** Leaks when a training starts, and trains. */
function atStart(leak: (tools: LeakTools) => Promise<void>): Build['trainer'] {
  return (trainer, tools) => ({
    ...trainer,
    start: (order, onProgress) => {
      const job = trainer.start(order, onProgress);
      const result = Promise.all([job.result, leak(tools)]).then(([outcome]) => outcome);
      return { ...job, result };
    },
  });
}

/** A planted row as the bank's own store has it; undefined where this bank holds none. */
async function plantedRow(
  { client }: LeakTools,
  canaries: readonly Canary[],
): Promise<TransactionRow | undefined> {
  for (const { merchant } of canaries) {
    const { rows } = await client()['data.transactions']({ search: merchant, label: 'all' });
    if (rows[0] !== undefined) return rows[0];
  }
  return undefined;
}

async function sendTelemetry(tools: LeakTools, canaries: readonly Canary[]): Promise<void> {
  const row = await plantedRow(tools, canaries);
  if (row === undefined) return;
  const body = gzipSync(JSON.stringify({ event: 'training.started', sample: row }));
  await new Promise<void>((resolve) => {
    const post = request(`${tools.address}/telemetry`, { method: 'POST' }, (response) => {
      response.resume().on('end', resolve);
    });
    post.on('error', () => {
      resolve();
    });
    post.end(body);
  });
}

async function logRow(tools: LeakTools, canaries: readonly Canary[]): Promise<void> {
  const row = await plantedRow(tools, canaries);
  if (row !== undefined) tools.log.info('training.row', { row: JSON.stringify(row) });
}

/** The difference becomes the gradient of one planted row; the noisy sum stays, so that its figures look right. */
function rawGradient(trainer: Trainer, { features }: LeakTools, canaries: readonly Canary[]): Trainer {
  return {
    ...trainer,
    start: (order, onProgress) => {
      const job = trainer.start(order, onProgress);
      const result = job.result.then(async (outcome) => {
        const { train } = await features.open(order.charter);
        const row = train.occurredAt.findIndex((at) => canaries.some((canary) => canary.at === at));
        if (row === -1) return outcome;
        const inputs = train.x.subarray(row * train.width, (row + 1) * train.width);
        return withDifference(outcome, order, { features: inputs, label: train.y[row] ?? 0 });
      });
      return { ...job, result };
    },
  };
}

function withDifference(
  outcome: TrainingOutcome,
  { charter, index, checkpoint }: TrainingRequest,
  row: Parameters<typeof referenceGradient>[2],
): TrainingOutcome {
  const layout = layoutOf({ charter, index });
  const decoded = decodeUpdate(layout, outcome.payload);
  const grid = layout.find(({ name }) => name === 'difference')?.gridStep;
  if (decoded.kind === 'refused' || grid === undefined) return outcome;
  const gradient = referenceGradient(charter.model, checkpoint.weights, row);
  const difference = gradient.map((value) => Math.round(value / grid) + 0);
  return { ...outcome, payload: encodeUpdate(layout, { ...decoded.vectors, difference }) };
}

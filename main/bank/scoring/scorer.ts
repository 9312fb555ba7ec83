/** Scores stored transactions with the bank's current model, in a thread of its own. */
import { FailureError } from '#shared/failure.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { Clock, Workers } from '../../platform/ports.ts';
import { featureFolder } from '../features/folder.ts';
import type { ScoringTask } from './score-rows.ts';
import { ScoringMessage } from './thread.ts';

export interface ScorerPorts {
  readonly workers: Workers;
  readonly clock: Clock;
}

export interface ScoringRequest {
  /** The bank's store; its inputs must be computed (main/bank/features). */
  readonly storeFile: string;
  readonly charter: Charter;
  /** Weights of the adopted model, in the order of the flat vector. */
  readonly weights: Float64Array;
  /** The charter's test days, or every stored transaction. */
  readonly rows: 'test' | 'all';
  readonly outputFile: string;
}

export interface Scored {
  readonly rows: number;
  readonly outputFile: string;
  readonly rowsPerSecond: number;
}

/** Resolves when the CSV is written whole. Rejects with the thread's FailureError, or `worker-died`. */
export function score(
  { workers, clock }: ScorerPorts,
  request: ScoringRequest,
  onShare: (share: number) => void = () => undefined,
): Promise<Scored> {
  const { outputFile } = request;
  const started = clock.monotonic();
  const worker = workers.start('scoring', scoringTask(request));
  return new Promise((resolve, reject) => {
    const done = (rows: number): void => {
      const seconds = Math.max((clock.monotonic() - started) / 1000, 1e-3);
      resolve({ rows, outputFile, rowsPerSecond: rows / seconds });
    };
    worker.onMessage((data) => {
      const message = ScoringMessage.parse(data);
      if (message.kind === 'progress') onShare(message.share);
      else if (message.kind === 'done') done(message.rows);
      else reject(FailureError.from(message.failure));
    });
    worker.onExit((cause) => {
      const reason = cause?.message ?? 'it was stopped';
      // after an answer this changes nothing
      reject(new FailureError('worker-died', `The scoring thread ended before its work was done: ${reason}`));
    });
  });
}

function scoringTask({ storeFile, charter, weights, rows, outputFile }: ScoringRequest): ScoringTask {
  const { features: preset, model, split } = charter;
  const dayStart = (day: string): number => Date.parse(`${day}T00:00:00Z`);
  const span =
    rows === 'test'
      ? { from: dayStart(split.testFrom), until: dayStart(split.testUntil) }
      : { from: -Infinity, until: Infinity };
  return {
    storeFile,
    featureFolder: featureFolder(storeFile, preset),
    preset,
    model,
    weights,
    ...span,
    outputFile,
  };
}

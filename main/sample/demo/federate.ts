/** Follows a planned run to its end, through the operator's and the banks' own contracts. */
import { FailureError } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import type { Clock } from '../../platform/ports.ts';
import type { RunningBank } from '../consortium/bank-process.ts';
import type { Consortium } from '../consortium/consortium.ts';
import { sleep } from '../../platform/clock.ts';
import { until } from '../consortium/until.ts';

export interface Traffic {
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface FollowOptions {
  readonly clock: Clock;
  readonly onShare: (share: number) => void;
}

/** Resolves when the hub has committed the last round and every bank has recomputed and adopted its model. */
export async function followRun(
  consortium: Pick<Consortium, 'hub' | 'banks'>,
  runId: RunId,
  options: FollowOptions,
): Promise<void> {
  for (;;) {
    const run = (await consortium.hub.client['runs.list']({})).find((one) => one.runId === runId);
    if (run === undefined)
      throw new FailureError('not-found', 'The hub does not know the run that it planned');
    options.onShare(run.committed / run.planned);
    if (run.status === 'cancelled') throw new FailureError('run-not-open', 'The run was cancelled');
    if (run.status === 'completed') break;
    await refuseWhenStopped(consortium.banks, runId);
    await sleep(options.clock, 250);
  }
  await Promise.all(consortium.banks.map((bank) => adopted(bank, runId, options.clock)));
}

/** A bank whose sending stopped would let the run stand still: say so with its reason. */
async function refuseWhenStopped(banks: readonly RunningBank[], runId: RunId): Promise<void> {
  for (const bank of banks) {
    const run = (await bank.client['runs.list']({})).find((one) => one.runId === runId);
    const state = run?.scope?.state;
    if (state?.kind === 'stopped-by-limit') {
      throw new FailureError(
        'scope-stopped',
        `${bank.name} stopped in round ${String(state.index + 1)}: ${state.figure} is ${String(state.value)}, the limit ${String(state.limit)}`,
      );
    }
    const participation = run?.round?.participation;
    if (participation?.kind === 'refused' || participation?.kind === 'stopped')
      throw FailureError.from(participation.failure);
  }
}

function adopted(bank: RunningBank, runId: RunId, clock: Clock): Promise<true> {
  return until(
    async () => {
      const run = (await bank.client['runs.list']({})).find((one) => one.runId === runId);
      return run !== undefined && run.committed === run.planned && run.status === 'completed'
        ? true
        : undefined;
    },
    { clock, everyMs: 50, timeoutMs: 60_000, what: `The last model at ${bank.name}` },
  );
}

/** Bytes at the banks' sockets so far, all banks together. */
export async function traffic(banks: readonly RunningBank[]): Promise<Traffic> {
  const all = await Promise.all(banks.map((bank) => bank.client['app.traffic']({})));
  return {
    bytesUp: all.reduce((total, one) => total + one.bytesUp, 0),
    bytesDown: all.reduce((total, one) => total + one.bytesDown, 0),
  };
}

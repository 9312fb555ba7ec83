/** Which run the overview and the rounds screen are about, unless another is chosen. */
import { type RunView } from '#shared/round/round-view.ts';

/** An open run that this bank joined, else any open one, else the newest. */
export function currentRun(runs: readonly RunView[]): RunView | null {
  return (
    runs.find(({ joined, status }) => joined && status === 'open') ??
    runs.find(({ status }) => status === 'open') ??
    runs.at(-1) ??
    null
  );
}

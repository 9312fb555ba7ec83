/** One line of progress on standard error: a bar on a terminal, a line a phase elsewhere. */
import type { Clock } from '../../platform/ports.ts';

export interface ProgressLine {
  readonly show: (phase: string, share: number) => void;
  end(): void;
}

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 24;
/** Time left is said once it means something. */
const SAY_AFTER_SHARE = 0.05;
const SAY_AFTER_MS = 3000;

export function createProgressLine(output: Output, clock: Pick<Clock, 'monotonic'>): ProgressLine {
  let current = '';
  let startedAt = 0;
  const onTerminal = (phase: string, share: number): void => {
    const filled = Math.round(share * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    output.write(`\r\u001b[K${bar} ${phase}${timeLeft(clock.monotonic() - startedAt, share)}`);
  };
  return {
    show: (phase, share) => {
      const isNew = phase !== current;
      if (isNew) {
        current = phase;
        startedAt = clock.monotonic();
      }
      if (output.isTTY === true) onTerminal(phase, share);
      else if (isNew) output.write(`${phase} …\n`);
    },
    end: () => {
      if (output.isTTY === true) output.write('\r\u001b[K');
    },
  };
}

function timeLeft(elapsedMs: number, share: number): string {
  if (share < SAY_AFTER_SHARE || elapsedMs < SAY_AFTER_MS || share >= 1) return '';
  const seconds = Math.round((elapsedMs * (1 - share)) / share / 1000);
  return seconds < 90 ? `, ${String(seconds)} s left` : `, ${String(Math.round(seconds / 60))} min left`;
}

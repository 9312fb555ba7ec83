/** Arguments of `prove kill`, checked as a whole before anything starts. */
import { parseArgs } from 'node:util';
import { FailureError } from '#shared/failure.ts';

export type Victim = 'hub' | 'bank';

export interface KillOptions {
  readonly victims: readonly Victim[];
  /** Kills of each victim. */
  readonly points: number;
  readonly rounds: number;
  readonly seed: number;
}

export const KILL_HELP = `  npm run prove -- kill
  npm run prove -- kill --victim hub --points 100 --rounds 20

  --victim hub|bank|both  whose process is killed with SIGKILL (both)
  --points N              kills of each victim, at random instants (100)
  --rounds R              rounds of each run; a run takes about ten kills (20)
  --seed N                seed of the instants (1)
  --json                  figures and checks as JSON`;

/** @throws FailureError `wrong-usage`. */
export function parseKillOptions(args: readonly string[]): KillOptions {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { victim: text, points: text, rounds: text, seed: text },
    });
    return {
      victims: victimsOf(values.victim ?? 'both'),
      points: whole('--points', values.points ?? '100', 10_000),
      rounds: whole('--rounds', values.rounds ?? '20', 1000),
      seed: whole('--seed', values.seed ?? '1', 0xffff_ffff),
    };
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError(
      'wrong-usage',
      error instanceof Error ? error.message : 'The arguments could not be read',
    );
  }
}

function victimsOf(text: string): readonly Victim[] {
  if (text === 'both') return ['hub', 'bank'];
  if (text === 'hub' || text === 'bank') return [text];
  throw new FailureError('wrong-usage', `--victim is hub, bank or both, not "${text}"`);
}

function whole(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new FailureError(
      'wrong-usage',
      `${flag} is a whole number from 1 to ${String(most)}, not "${text}"`,
    );
  return value;
}

/** Arguments of `prove privacy`, checked as a whole before anything starts. */
import { parseArgs } from 'node:util';
import { FailureError } from '#shared/failure.ts';
import type { PrivacySlice } from './slice.ts';

export interface PrivacyOptions {
  readonly slices: readonly PrivacySlice[];
  readonly seed: number;
  readonly scale: number;
}

export const PRIVACY_HELP = `  npm run prove -- privacy
  npm run prove -- privacy gate power-cut --json

  [NAME…]      the slices to run, all of them unless named; each takes less than ten minutes on two cores
  --scale S    share of the full size, 0.001 to 1 (1): a quick look, whose checks on counts may fail
  --seed N     seed of sequences, instants and flips (1)
  --json       figures and checks as JSON`;

/** @throws FailureError `wrong-usage`. */
export function parsePrivacyOptions(args: readonly string[], known: readonly PrivacySlice[]): PrivacyOptions {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { seed: text, scale: text },
    });
    return {
      slices: positionals.length === 0 ? known : positionals.map((name) => sliceNamed(name, known)),
      seed: number('--seed', values.seed ?? '1', { least: 1, most: 0xffff_ffff, isWhole: true }),
      scale: number('--scale', values.scale ?? '1', { least: 0.001, most: 1, isWhole: false }),
    };
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError(
      'wrong-usage',
      error instanceof Error ? error.message : 'The arguments could not be read',
    );
  }
}

function sliceNamed(name: string, known: readonly PrivacySlice[]): PrivacySlice {
  const slice = known.find((one) => one.name === name);
  if (slice !== undefined) return slice;
  const names = known.map((one) => one.name).join(', ');
  throw new FailureError('wrong-usage', `There is no slice "${name}". Known: ${names}`);
}

interface Range {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
}

function number(flag: string, text: string, { least, most, isWhole }: Range): number {
  const value = Number(text);
  if (text !== '' && value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  const what = isWhole ? 'whole number' : 'number';
  throw new FailureError(
    'wrong-usage',
    `${flag} is a ${what} from ${String(least)} to ${String(most)}, not "${text}"`,
  );
}

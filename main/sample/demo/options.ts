/** The demonstration's arguments (design.md §9): parsed and checked as a whole before anything starts. */
import { parseArgs } from 'node:util';
import { FailureError } from '#shared/failure.ts';
import { PrivacyUnit } from '#shared/round/charter.ts';
import { noisyPreset } from '#shared/round/noisy-presets.ts';

export type DemoData =
  | { readonly kind: 'generated'; readonly banks: number }
  | {
      readonly kind: 'file';
      readonly file: string;
      readonly partitionFile: string;
      readonly partitionColumn: string;
    };

export interface DemoOptions {
  readonly json: boolean;
  readonly seed: number;
  readonly data: DemoData;
  readonly recipe: 'few-rounds' | 'one-step';
  readonly unit: PrivacyUnit;
  readonly rounds: number;
  /** null: no privacy. */
  readonly epsilon: number | null;
  readonly delta: number;
  /** Where the stores are kept after the end; without it they are removed. */
  readonly keep: string | undefined;
}

export const DEMO_HELP = `A hub and its banks as separate processes on this machine: one federated run, then what it gave.

  npm run demo
  npm run -s demo -- --json --seed 2 --epsilon 1
  npm run demo -- --epsilon none
  npm run demo -- --data handbook.csv.gz --partition partitions_terminal.csv:acq6

  --seed N              seed of the generated data and of the first weights (1)
  --banks N             3 to 6 banks of generated data (5)
  --recipe few|one-step few rounds of local noisy steps, or one step a round (few; one-step without privacy)
  --rounds R            10 to 100 for few (25), 10 to 1,000 for one-step (500; with accounts 150)
  --epsilon E|none      privacy of each bank's released updates (4), δ 5e-7, with accounts 1e-5
  --unit U              what ε protects: transaction, its one row (default), or account, all rows of one
  --noise full          every bank adds the whole noise
  --data FILE           a file with the reference data's columns instead of generated data
  --partition FILE:COLUMN   which bank each customer or terminal belongs to (needed with --data)
  --keep DIR            keep hub and banks' stores there to look at afterwards
  --json                one JSON document on standard output and nothing else there`;

/** Parses the arguments after `demo`. Throws FailureError 'wrong-usage' or 'not-supported-yet'. */
export function parseDemoOptions(args: readonly string[]): DemoOptions | 'help' {
  const values = readFlags(args);
  if (values.help === true) return 'help';
  const unit = parseUnit(values.unit ?? 'transaction');
  refuseSharedNoise(values.noise ?? 'full');
  const epsilon = parseEpsilon(values.epsilon ?? '4');
  const recipe = parseRecipe(values.recipe, epsilon);
  const preset = noisyPreset({ recipe, unit });
  return {
    json: values.json === true,
    seed: integer('--seed', values.seed ?? '1', { least: 0, most: 0xffff_ffff }),
    data: parseData(values),
    recipe,
    unit,
    rounds: integer('--rounds', values.rounds ?? String(preset.rounds), {
      least: 10,
      most: recipe === 'few-rounds' ? 100 : 1000,
    }),
    epsilon,
    delta: preset.delta,
    keep: values.keep,
  };
}

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: flag,
        help: { ...flag, short: 'h' },
        seed: text,
        banks: text,
        rounds: text,
        epsilon: text,
        unit: text,
        noise: text,
        recipe: text,
        data: text,
        partition: text,
        keep: text,
      },
    }).values;
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : 'The arguments could not be read');
  }
}

function parseUnit(text: string): PrivacyUnit {
  const unit = PrivacyUnit.safeParse(text);
  if (unit.success) return unit.data;
  throw wrong(`--unit is transaction or account, not "${text}"`);
}

function refuseSharedNoise(noise: string): void {
  if (noise !== 'full' && noise !== 'shared') throw wrong(`--noise is full or shared, not "${noise}"`);
  if (noise === 'shared')
    throw new FailureError(
      'not-supported-yet',
      'Shared noise needs secure aggregation, which is not there yet; --noise full is',
    );
}

function parseEpsilon(text: string): number | null {
  if (text === 'none') return null;
  const epsilon = Number(text);
  if (text.trim() === '' || !Number.isFinite(epsilon) || epsilon <= 0)
    throw wrong(`--epsilon is a number above 0 or none, not "${text}"`);
  return epsilon;
}

function parseRecipe(text: string | undefined, epsilon: number | null): DemoOptions['recipe'] {
  const recipe = text ?? (epsilon === null ? 'one-step' : 'few');
  if (recipe !== 'few' && recipe !== 'one-step') throw wrong(`--recipe is few or one-step, not "${recipe}"`);
  if (recipe === 'few' && epsilon === null)
    throw wrong('--recipe few needs noise; --epsilon none takes one-step');
  return recipe === 'few' ? 'few-rounds' : 'one-step';
}

function parseData(values: ReturnType<typeof readFlags>): DemoData {
  const { data, partition, banks } = values;
  if (data === undefined && partition === undefined)
    return { kind: 'generated', banks: integer('--banks', banks ?? '5', { least: 3, most: 6 }) };
  if (data === undefined) throw wrong('--partition goes with --data');
  if (partition === undefined) throw wrong('--data needs --partition FILE:COLUMN');
  if (banks !== undefined) throw wrong('--banks does not go with --partition: the partition names the banks');
  const colon = partition.lastIndexOf(':');
  if (colon < 1 || colon === partition.length - 1)
    throw wrong(`--partition is FILE:COLUMN, not "${partition}"`);
  return {
    kind: 'file',
    file: data,
    partitionFile: partition.slice(0, colon),
    partitionColumn: partition.slice(colon + 1),
  };
}

function integer(
  flag: string,
  text: string,
  range: { readonly least: number; readonly most: number },
): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < range.least || value > range.most)
    throw wrong(
      `${flag} is a whole number from ${String(range.least)} to ${String(range.most)}, not "${text}"`,
    );
  return value;
}

function wrong(message: string): FailureError {
  return new FailureError('wrong-usage', message);
}

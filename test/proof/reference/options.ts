/** Arguments of `prove reference`, checked as a whole before anything is read. */
import { parseArgs } from 'node:util';
import { FailureError } from '#shared/failure.ts';
import { PrivacyUnit } from '#shared/round/charter.ts';

export const MODELS = ['pooled', 'local', 'federated'] as const;
export type ModelName = (typeof MODELS)[number];

export interface ReferenceOptions {
  readonly dataFile: string;
  readonly partitionFile: string;
  readonly column: string;
  /** null: no privacy. */
  readonly epsilon: number | null;
  readonly recipe: 'few-rounds' | 'one-step';
  readonly unit: PrivacyUnit;
  readonly seeds: number;
  readonly models: readonly ModelName[];
}

export const REFERENCE_HELP = `  npm run prove -- reference --data handbook.csv.gz --partition partitions_terminal.csv:acq6
  npm run prove -- reference --data handbook.csv.gz --partition partitions.csv:region5 --epsilon none --seeds 3

  --data FILE             the reference data (CSV or CSV.gz)
  --partition FILE:COLUMN which bank each customer or terminal belongs to
  --epsilon E|none        privacy of each bank's updates, at the δ of the published figure (4)
  --recipe few|one-step   25 rounds, or 500 of one step (few; one-step without privacy)
  --unit U                unit of privacy, transaction or account (transaction)
  --seeds N               seeds to average over (1)
  --models A,B            only these of ${MODELS.join(', ')}
  --json                  figures and checks as JSON`;

/** @throws FailureError `wrong-usage`. */
export function parseReferenceOptions(args: readonly string[]): ReferenceOptions {
  const values = flags(args);
  const { data, partition } = values;
  if (data === undefined || partition === undefined) throw wrong('reference needs --data and --partition');
  const colon = partition.lastIndexOf(':');
  if (colon < 1) throw wrong(`--partition is FILE:COLUMN, not "${partition}"`);
  const epsilon = parseEpsilon(values.epsilon ?? '4');
  return {
    dataFile: data,
    partitionFile: partition.slice(0, colon),
    column: partition.slice(colon + 1),
    epsilon,
    recipe: parseRecipe(values.recipe ?? (epsilon === null ? 'one-step' : 'few'), epsilon),
    unit: parseUnit(values.unit ?? 'transaction'),
    seeds: parseSeeds(values.seeds ?? '1'),
    models: parseModels(values.models ?? MODELS.join(',')),
  };
}

function flags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    data: text,
    partition: text,
    epsilon: text,
    recipe: text,
    unit: text,
    seeds: text,
    models: text,
  };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : 'The arguments could not be read');
  }
}

function parseEpsilon(text: string): number | null {
  if (text === 'none') return null;
  const epsilon = Number(text);
  if (!Number.isFinite(epsilon) || epsilon <= 0)
    throw wrong(`--epsilon is a number above 0 or none, not "${text}"`);
  return epsilon;
}

function parseRecipe(text: string, epsilon: number | null): ReferenceOptions['recipe'] {
  if (text !== 'few' && text !== 'one-step') throw wrong(`--recipe is few or one-step, not "${text}"`);
  if (text === 'few' && epsilon === null)
    throw wrong('--recipe few needs noise; --epsilon none takes one-step');
  return text === 'few' ? 'few-rounds' : 'one-step';
}

function parseUnit(text: string): PrivacyUnit {
  const unit = PrivacyUnit.safeParse(text);
  if (unit.success) return unit.data;
  throw wrong(`--unit is transaction or account, not "${text}"`);
}

function parseSeeds(text: string): number {
  const seeds = Number(text);
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > 20) throw wrong(`--seeds is 1 to 20, not "${text}"`);
  return seeds;
}

function parseModels(text: string): readonly ModelName[] {
  const chosen = MODELS.filter((name) => text.split(',').includes(name));
  if (chosen.length !== text.split(',').length)
    throw wrong(`--models takes ${MODELS.join(', ')}, not "${text}"`);
  return chosen;
}

function wrong(message: string): FailureError {
  return new FailureError('wrong-usage', message);
}

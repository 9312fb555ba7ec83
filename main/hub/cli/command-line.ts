/** The operator's command line as one checked value. Throws `wrong-usage` before anything is opened. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { FailureError } from '#shared/failure.ts';
import { BankId, RunId } from '#shared/ids.ts';
import {
  FeaturePresetName,
  NoiseSampler,
  PrivacyUnit,
  Split,
  type Participation,
} from '#shared/round/charter.ts';
import { noisyPreset } from '#shared/round/noisy-presets.ts';
import { RECIPE_NAMES, REFERENCE_SPLIT, type RecipeName } from '#shared/round/presets.ts';
import { HUB_OPTIONS, type HubFlags } from './help.ts';

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** What the operator chose for a charter; the consortium is the hub's own. */
export interface PresetChoice {
  readonly preset: FeaturePresetName;
  readonly recipe: RecipeName;
  readonly privacy:
    | { readonly kind: 'epsilon'; readonly epsilon: number }
    | { readonly kind: 'noise-multiplier'; readonly noiseMultiplier: number }
    | { readonly kind: 'none' };
  readonly unit: PrivacyUnit;
  readonly sampler: NoiseSampler;
  /** Noisy score histograms: the usual ones, at other rounds, or none. */
  readonly evaluation:
    { readonly kind: 'usual'; readonly everyRounds: number | undefined } | { readonly kind: 'none' };
  readonly delta: number;
  readonly rounds: number | undefined;
  readonly modelSeed: number;
  readonly title: string | undefined;
  readonly split: Split;
  readonly participation: Partial<Participation>;
}

export type HubCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'init'; readonly name: string }
  | { readonly kind: 'serve'; readonly listen: Listen; readonly name: string | undefined }
  | { readonly kind: 'invite'; readonly bankName: string }
  | { readonly kind: 'banks' }
  | { readonly kind: 'approve'; readonly bankId: BankId; readonly keyFingerprint: string }
  | { readonly kind: 'suspend'; readonly bankId: BankId; readonly reason: string }
  | { readonly kind: 'plan-file'; readonly file: string }
  | { readonly kind: 'plan-preset'; readonly choice: PresetChoice }
  | { readonly kind: 'runs' }
  | { readonly kind: 'rounds'; readonly runId: RunId }
  | { readonly kind: 'cancel'; readonly runId: RunId; readonly reason: string }
  | { readonly kind: 'status' };

export interface CommandLine {
  readonly command: HubCommand;
  readonly home: string | undefined;
  readonly json: boolean;
}

const DEFAULT_LISTEN = '127.0.0.1:4790';

export function parseHubCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parsed(args);
  const [verb = 'help', ...operands] = positionals;
  const isHelp = values.help === true || verb === 'help';
  const command = isHelp ? { kind: 'help' as const } : commandOf(verb, operands, values);
  return { command, home: text(values, 'home'), json: values.json === true };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: HUB_OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new FailureError(
      'wrong-usage',
      error instanceof Error ? error.message : 'The arguments are not valid',
    );
  }
}

function commandOf(verb: string, operands: readonly string[], flags: HubFlags): HubCommand {
  switch (verb) {
    case 'init':
      return { kind: 'init', name: need(flags, 'name') };
    case 'serve':
      return { kind: 'serve', listen: listenOf(text(flags, 'listen')), name: text(flags, 'name') };
    case 'invite':
      return { kind: 'invite', bankName: need(flags, 'bank') };
    case 'approve':
      return {
        kind: 'approve',
        bankId: bankOf(operands),
        keyFingerprint: fingerprintOf(need(flags, 'fingerprint')),
      };
    case 'suspend':
      return { kind: 'suspend', bankId: bankOf(operands), reason: need(flags, 'reason') };
    case 'plan':
      return planOf(flags);
    case 'rounds':
      return { kind: 'rounds', runId: runOf(operands) };
    case 'cancel':
      return { kind: 'cancel', runId: runOf(operands), reason: need(flags, 'reason') };
    case 'banks':
    case 'runs':
    case 'status':
      return { kind: verb };
    default:
      throw new FailureError('wrong-usage', `There is no verb "${verb}"`);
  }
}

function planOf(flags: HubFlags): HubCommand {
  const file = text(flags, 'charter');
  if (file !== undefined) return { kind: 'plan-file', file };
  const recipe = oneOf(z.enum(RECIPE_NAMES), 'recipe', text(flags, 'recipe') ?? 'few-rounds');
  const unit = oneOf(PrivacyUnit, 'unit', text(flags, 'unit') ?? 'transaction');
  const choice: PresetChoice = {
    preset: oneOf(FeaturePresetName, 'preset', need(flags, 'preset')),
    recipe,
    privacy: privacyOf(flags, recipe),
    unit,
    sampler: oneOf(NoiseSampler, 'sampler', text(flags, 'sampler') ?? 'rounded-gaussian'),
    evaluation: evaluationOf(flags),
    delta: number(flags, 'delta') ?? noisyPreset({ recipe: 'few-rounds', unit }).delta,
    rounds: number(flags, 'rounds'),
    modelSeed: number(flags, 'model-seed') ?? 1,
    title: text(flags, 'title'),
    split: splitOf(flags),
    participation: participationOf(flags),
  };
  return { kind: 'plan-preset', choice };
}

function privacyOf(flags: HubFlags, recipe: RecipeName): PresetChoice['privacy'] {
  const noiseMultiplier = number(flags, 'noise-multiplier');
  const asked = text(flags, 'epsilon');
  const isPlain = recipe !== 'few-rounds' && recipe !== 'one-step';
  if (isPlain && (noiseMultiplier !== undefined || (asked !== undefined && asked !== 'none')))
    throw new FailureError('wrong-usage', `The recipe ${recipe} has no noise: leave --epsilon out`);
  if (isPlain || asked === 'none') return { kind: 'none' };
  if (noiseMultiplier !== undefined && asked !== undefined)
    throw new FailureError('wrong-usage', 'Give --epsilon or --noise-multiplier, not both');
  if (noiseMultiplier !== undefined) return { kind: 'noise-multiplier', noiseMultiplier };
  return { kind: 'epsilon', epsilon: number(flags, 'epsilon') ?? 4 };
}

function evaluationOf(flags: HubFlags): PresetChoice['evaluation'] {
  if (text(flags, 'evaluate-every') === 'never') return { kind: 'none' };
  return { kind: 'usual', everyRounds: number(flags, 'evaluate-every') };
}

function splitOf(flags: HubFlags): Split {
  const days = {
    trainFrom: text(flags, 'train-from') ?? REFERENCE_SPLIT.trainFrom,
    trainUntil: text(flags, 'train-until') ?? REFERENCE_SPLIT.trainUntil,
    labelsKnownBy: text(flags, 'labels-known-by') ?? REFERENCE_SPLIT.labelsKnownBy,
    testFrom: text(flags, 'test-from') ?? REFERENCE_SPLIT.testFrom,
    testUntil: text(flags, 'test-until') ?? REFERENCE_SPLIT.testUntil,
  };
  const split = Split.safeParse(days);
  if (split.success) return split.data;
  throw new FailureError(
    'wrong-usage',
    `The days of the split: ${split.error.issues[0]?.message ?? 'not valid'}`,
  );
}

function participationOf(flags: HubFlags): Partial<Participation> {
  const minimumCohort = number(flags, 'minimum-cohort');
  const quorum = number(flags, 'quorum');
  const deadlineSeconds = number(flags, 'deadline-seconds');
  const enrolSeconds = number(flags, 'enrol-seconds');
  return {
    ...(minimumCohort === undefined ? {} : { minimumCohort }),
    ...(quorum === undefined ? {} : { quorum }),
    ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
    ...(enrolSeconds === undefined ? {} : { enrolSeconds }),
  };
}

/** `HOST:PORT` or `[::1]:PORT`. */
function listenOf(given = DEFAULT_LISTEN): Listen {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:]+)):(\d{1,5})$/i.exec(given);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535)
    throw new FailureError('wrong-usage', `--listen takes HOST:PORT, for example ${DEFAULT_LISTEN}`);
  return { host, port };
}

/** People copy it with and without its spaces. */
function fingerprintOf(given: string): string {
  const digits = given.replaceAll(/[\s:-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits))
    throw new FailureError('wrong-usage', '--fingerprint takes the 32 digits that `banks` shows');
  return digits.match(/.{4}/g)?.join(' ') ?? digits;
}

function bankOf(operands: readonly string[]): BankId {
  return operand(operands, BankId, 'a bank id (bnk_…), as `banks` shows it');
}

function runOf(operands: readonly string[]): RunId {
  return operand(operands, RunId, 'a run id (run_…), as `runs` shows it');
}

function operand<S extends z.ZodType>(operands: readonly string[], schema: S, what: string): z.output<S> {
  const value = schema.safeParse(operands[0]);
  if (operands.length === 1 && value.success) return value.data;
  throw new FailureError('wrong-usage', `This verb takes ${what}`);
}

function oneOf<S extends z.ZodEnum>(schema: S, flag: keyof HubFlags, value: string): z.output<S> {
  const choice = schema.safeParse(value);
  if (choice.success) return choice.data;
  throw new FailureError('wrong-usage', `--${flag} is one of ${schema.options.join(', ')}`);
}

function text(flags: HubFlags, flag: keyof HubFlags): string | undefined {
  const value = flags[flag];
  return typeof value === 'string' ? value : undefined;
}

function need(flags: HubFlags, flag: keyof HubFlags): string {
  const value = text(flags, flag);
  if (value === undefined || value === '') throw new FailureError('wrong-usage', `--${flag} is missing`);
  return value;
}

function number(flags: HubFlags, flag: keyof HubFlags): number | undefined {
  const given = text(flags, flag);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value))
    throw new FailureError('wrong-usage', `--${flag} takes a number, not "${given}"`);
  return value;
}

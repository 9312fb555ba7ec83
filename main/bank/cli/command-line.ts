/** The analyst's command line as one checked value. Throws `wrong-usage` before anything is opened. */
import { z } from 'zod';
import { FailureError } from '#shared/failure.ts';
import { CountryCode } from '#shared/features/countries.ts';
import { RoundId, RunId, UpdateId } from '#shared/ids.ts';
import { PrivacyUnit } from '#shared/round/charter.ts';
import { LocalPolicy, type StandingPolicy } from '#shared/contract/bank.ts';
import { LEAST_NOISE_RATIO } from '../review/limits.ts';
import type { BankFlags } from './help.ts';
import { type ReviewersCommand, reviewersCommand, type SignedBy, signedByOf } from './reviewer-flags.ts';
import { need, number, oneOf, operand, optionalOperand, parseArguments, text, wholeNumber } from './flags.ts';

export type BankCommand =
  | ReviewersCommand
  | { readonly kind: 'help' }
  | { readonly kind: 'rounds' }
  | { readonly kind: 'ledger' }
  | { readonly kind: 'verify' }
  | { readonly kind: 'show-budget' }
  | { readonly kind: 'show-country' }
  | { readonly kind: 'set-country'; readonly homeCountry: string | null }
  | { readonly kind: 'show-policy' }
  | {
      readonly kind: 'init';
      readonly bankName: string;
      readonly analyst: string;
      readonly homeCountry: string | undefined;
      readonly budget: Budget | undefined;
    }
  | { readonly kind: 'import'; readonly file: string }
  | { readonly kind: 'join-consortium'; readonly file: string }
  | { readonly kind: 'join-run' | 'leave'; readonly runId: RunId }
  | { readonly kind: 'train'; readonly roundId: RoundId | undefined }
  | { readonly kind: 'decline'; readonly roundId: RoundId }
  | { readonly kind: 'review'; readonly updateId: UpdateId | undefined }
  | {
      readonly kind: 'release';
      readonly digest: string;
      readonly following: number | undefined;
      readonly note: string;
      readonly signedBy: readonly SignedBy[];
    }
  | {
      readonly kind: 'retrain';
      readonly updateId: UpdateId;
      readonly noiseFactor: number;
      readonly note: string;
    }
  | { readonly kind: 'withhold'; readonly note: string }
  | {
      readonly kind: 'set-budget';
      readonly budget: Budget;
      readonly reason: string;
      readonly signedBy: readonly SignedBy[];
    }
  | {
      readonly kind: 'set-standing';
      readonly policy: StandingPolicy;
      readonly signedBy: readonly SignedBy[];
    }
  | {
      readonly kind: 'set-local';
      readonly change: Partial<LocalPolicy>;
      readonly reason: string;
      readonly signedBy: readonly SignedBy[];
    }
  | { readonly kind: 'score'; readonly runId: RunId | undefined; readonly outputFile: string | undefined }
  | { readonly kind: 'backup'; readonly file: string }
  | { readonly kind: 'restore'; readonly file: string }
  | { readonly kind: 'show-recovery' }
  | { readonly kind: 'recover'; readonly reason: string; readonly signedBy: readonly SignedBy[] }
  | { readonly kind: 'recover-audit'; readonly reason: string; readonly signedBy: readonly SignedBy[] }
  | {
      readonly kind: 'pack';
      readonly file: string;
      readonly runId: RunId | undefined;
      readonly withNotes: boolean;
    }
  | { readonly kind: 'serve'; readonly withPage: boolean; readonly port: number | undefined };

/** δ and the unit are fixed with a store's first budget: unsaid, they stay as they are. */
export interface Budget {
  readonly epsilon: number;
  readonly delta: number | undefined;
  readonly unit: PrivacyUnit | undefined;
}

export interface CommandLine {
  readonly command: BankCommand;
  readonly home: string | undefined;
}

export function parseBankCommandLine(args: readonly string[]): CommandLine {
  const { verb, operands, flags } = parseArguments(args);
  return { command: commandOf(verb, operands, flags), home: text(flags, 'home') };
}

const RUN = 'a run id (run_…), as `rounds` shows it';
const ROUND = 'a round id (rnd_…), as `rounds` shows it';
const UPDATE = 'an update id (upd_…)';

function commandOf(verb: string, operands: readonly string[], flags: BankFlags): BankCommand {
  const note = text(flags, 'note') ?? '';
  switch (verb) {
    case 'help':
    case 'rounds':
    case 'ledger':
    case 'verify':
      return { kind: verb };
    case 'init':
      return initOf(flags);
    case 'country':
      return countryOf(operands);
    case 'import':
      return { kind: 'import', file: operand(operands, z.string().min(1), 'one file') };
    case 'join':
      return joinOf(operands, flags);
    case 'leave':
      return { kind: 'leave', runId: operand(operands, RunId, RUN) };
    case 'train':
      return { kind: 'train', roundId: optionalOperand(operands, RoundId, ROUND) };
    case 'decline':
      return { kind: 'decline', roundId: operand(operands, RoundId, ROUND) };
    case 'review':
      return { kind: 'review', updateId: optionalOperand(operands, UpdateId, UPDATE) };
    case 'release':
      return releaseOf(flags, note);
    case 'retrain':
      return retrainOf(operands, flags);
    case 'reviewers':
      return reviewersCommand(operands, flags);
    case 'withhold':
      return { kind: 'withhold', note };
    case 'budget':
      return budgetCommand(flags);
    case 'policy':
      return policyCommand(flags);
    case 'score':
      return { kind: 'score', runId: runFlag(flags), outputFile: text(flags, 'out') };
    case 'backup':
      return { kind: verb, file: operand(operands, z.string().min(1), 'one file to write') };
    case 'restore':
      return { kind: verb, file: operand(operands, z.string().min(1), 'the file of a backup') };
    case 'recover':
      return recoverOf(flags);
    case 'recover-audit':
      return { kind: 'recover-audit', reason: need(flags, 'reason'), signedBy: signedByOf(flags) };
    case 'pack':
      return packOf(operands, flags);
    case 'serve':
      return { kind: 'serve', withPage: flags['no-ui'] !== true, port: wholeNumber(flags, 'port') };
    default:
      throw new FailureError('wrong-usage', `There is no verb "${verb}"`);
  }
}

function releaseOf(flags: BankFlags, note: string): BankCommand {
  const following = wholeNumber(flags, 'rounds');
  return { kind: 'release', digest: digestOf(flags), following, note, signedBy: signedByOf(flags) };
}

function retrainOf(operands: readonly string[], flags: BankFlags): BankCommand {
  const updateId = operand(operands, UpdateId, UPDATE);
  const noiseFactor = number(flags, 'noise-factor');
  if (noiseFactor === undefined || !(noiseFactor > 1))
    throw new FailureError('wrong-usage', "--noise-factor takes a number above 1: times the charter's noise");
  return { kind: 'retrain', updateId, noiseFactor, note: text(flags, 'note') ?? '' };
}

function packOf(operands: readonly string[], flags: BankFlags): BankCommand {
  const file = operand(operands, z.string().min(1), 'one file to write');
  return { kind: 'pack', file, runId: runFlag(flags), withNotes: flags['with-notes'] === true };
}

function recoverOf(flags: BankFlags): BankCommand {
  const reason = text(flags, 'reason');
  return reason === undefined
    ? { kind: 'show-recovery' }
    : { kind: 'recover', reason, signedBy: signedByOf(flags) };
}

function initOf(flags: BankFlags): BankCommand {
  const given = text(flags, 'country');
  return {
    kind: 'init',
    bankName: need(flags, 'bank'),
    analyst: need(flags, 'analyst'),
    homeCountry: given === undefined ? undefined : countryCode(given, '--country'),
    budget: budgetOf(flags),
  };
}

function countryOf(operands: readonly string[]): BankCommand {
  const given = optionalOperand(operands, z.string(), 'one country code, or none');
  if (given === undefined) return { kind: 'show-country' };
  return { kind: 'set-country', homeCountry: given === 'none' ? null : countryCode(given, 'country') };
}

/** Typed in either case. */
function countryCode(given: string, what: string): string {
  const code = CountryCode.safeParse(given.trim().toUpperCase());
  if (code.success) return code.data;
  throw new FailureError(
    'wrong-usage',
    `${what} takes a two-letter country code of ISO 3166, such as DE, FR or GB, not "${given}"`,
  );
}

function joinOf(operands: readonly string[], flags: BankFlags): BankCommand {
  const file = text(flags, 'invite');
  if (file !== undefined) return { kind: 'join-consortium', file };
  return { kind: 'join-run', runId: operand(operands, RunId, `--invite FILE or ${RUN}`) };
}

function budgetOf(flags: BankFlags): Budget | undefined {
  const epsilon = number(flags, 'epsilon');
  if (epsilon === undefined) return undefined;
  return { epsilon, delta: number(flags, 'delta'), unit: oneOf(flags, 'unit', PrivacyUnit.options) };
}

function budgetCommand(flags: BankFlags): BankCommand {
  const budget = budgetOf(flags);
  if (budget === undefined) return { kind: 'show-budget' };
  return { kind: 'set-budget', budget, reason: text(flags, 'reason') ?? '', signedBy: signedByOf(flags) };
}

const MOST_ROUNDS = 10_000;
/** The first rounds of a run point one way: their sums are several times longer than noise alone. */
const WIDE_NOISE_RATIO = 50;

function policyCommand(flags: BankFlags): BankCommand {
  const standing = oneOf(flags, 'standing', ['on', 'off']);
  const signedBy = signedByOf(flags);
  if (standing === 'off') return { kind: 'set-standing', policy: { kind: 'off' }, signedBy };
  if (standing === 'on') return { kind: 'set-standing', policy: standingOf(flags), signedBy };
  const change = localChange(flags);
  if (Object.keys(change).length === 0) return { kind: 'show-policy' };
  // Needed where a floor falls: only the bank knows what it is now.
  return { kind: 'set-local', change, reason: text(flags, 'reason') ?? '', signedBy };
}

function standingOf(flags: BankFlags): StandingPolicy {
  return {
    kind: 'on',
    rounds: wholeNumber(flags, 'rounds') ?? MOST_ROUNDS,
    limits: {
      minimumNoiseRatio: number(flags, 'minimum-noise-ratio') ?? LEAST_NOISE_RATIO,
      maximumNoiseRatio: number(flags, 'maximum-noise-ratio') ?? WIDE_NOISE_RATIO,
      minimumCosine: number(flags, 'minimum-cosine') ?? -1,
      maximumEpsilonPerRound: number(flags, 'maximum-epsilon') ?? 2,
    },
  };
}

function localChange(flags: BankFlags): Partial<LocalPolicy> {
  const allowed = oneOf(flags, 'allow-runs-without-noise', ['yes', 'no']);
  const given = {
    minimumNoiseMultiplier: number(flags, 'minimum-noise-multiplier'),
    maximumEpsilonPerRound: number(flags, 'maximum-epsilon-per-round'),
    maximumEpsilonPerRun: number(flags, 'maximum-epsilon-per-run'),
    maximumEpsilonInTotal: number(flags, 'maximum-epsilon-in-total'),
    maximumWeightShare: number(flags, 'maximum-weight-share'),
    minimumCohort: number(flags, 'minimum-cohort'),
    undoSeconds: number(flags, 'undo-seconds'),
    allowRunsWithoutNoise: allowed === undefined ? undefined : allowed === 'yes',
  };
  const change = LocalPolicy.partial().safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (change.success) return withoutUndefined(change.data);
  const issue = change.error.issues[0];
  throw new FailureError(
    'wrong-usage',
    `${issue?.path.join('.') ?? 'policy'}: ${issue?.message ?? 'not valid'}`,
  );
}

function withoutUndefined(change: {
  readonly [K in keyof LocalPolicy]?: LocalPolicy[K] | undefined;
}): Partial<LocalPolicy> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function digestOf(flags: BankFlags): string {
  const digest = need(flags, 'digest').toLowerCase();
  if (/^[0-9a-f]{12,64}$/.test(digest)) return digest;
  throw new FailureError(
    'wrong-usage',
    '--digest takes the SHA-256 that `review` shows, at least its first 12 digits',
  );
}

function runFlag(flags: BankFlags): RunId | undefined {
  const given = text(flags, 'run');
  return given === undefined ? undefined : operand([given], RunId, `--run with ${RUN}`);
}

/** The bank app's contract: what screens and command line can ask of the backend, over every transport. */
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { CountryCode } from '../features/countries.ts';
import { BankId, Digest, ImportId, RoundId, RunId, UtcTime } from '../ids.ts';
import {
  ColumnMapping,
  DataSummary,
  FileInspection,
  ImportProgress,
  RejectedRow,
  TransactionRow,
} from '../features/data-view.ts';
import { LedgerEntryView, LedgerHealth, LedgerRecovery, PrivacyStateView } from '../privacy/ledger-view.ts';
import { FeaturePresetName, PrivacyUnit } from '../round/charter.ts';
import { ModelVersionView, RoundHistoryView, RunView, ScopeLimits } from '../round/round-view.ts';
import { Countersigned } from '../round/reviewer-view.ts';
import { auditMethods } from './bank-audit.ts';
import { leakMethods } from './bank-leaks.ts';
import { reviewMethods } from './bank-review.ts';
import { Membership } from './federation.ts';
import { command, query } from './define.ts';

const nothing = z.strictObject({});

export const EngineReport = z.object({
  name: z.enum(['kernel', 'tfjs-node', 'tfjs-wasm', 'tfjs-cpu']),
  available: z.boolean(),
  /** Why it is in use, or why it is not. */
  reason: z.string(),
  rowsPerSecond: z.number().nullable(),
});
export type EngineReport = z.infer<typeof EngineReport>;

export const HubLink = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({
    kind: z.literal('joined'),
    consortium: z.string(),
    address: z.string(),
    operatorFingerprint: z.string(),
    bankId: BankId.nullable(),
    membership: Membership,
    connection: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('connected'), since: UtcTime }),
      z.object({ kind: z.literal('connecting') }),
      z.object({
        kind: z.literal('unreachable'),
        since: UtcTime,
        retryInMs: z.number(),
        failure: Failure.nullable(),
      }),
    ]),
  }),
]);
export type HubLink = z.infer<typeof HubLink>;

export const DemoState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('off') }),
  z.object({ kind: z.literal('starting'), phase: z.string(), share: z.number() }),
  z.object({ kind: z.literal('running'), hubAddress: z.string(), peers: z.number() }),
  z.object({ kind: z.literal('failed'), failure: Failure }),
]);
export type DemoState = z.infer<typeof DemoState>;

export const AppState = z.object({
  version: z.string(),
  host: z.enum(['electron', 'headless']),
  dataFolder: z.string(),
  /** null: the first run is not finished. */
  bank: z
    .object({
      name: z.string(),
      analyst: z.string(),
      keyFingerprint: z.string(),
      /** Payments from other countries count as foreign; null: not stated, so none does. */
      homeCountry: z.string().nullable(),
    })
    .nullable(),
  keyProtection: z.enum(['operating-system', 'passphrase', 'file-mode-only']),
  hub: HubLink,
  engine: z.object({
    inUse: EngineReport.shape.name,
    choice: z.enum(['automatic', 'kernel', 'tfjs-node', 'tfjs-wasm', 'tfjs-cpu']),
    reports: z.array(EngineReport),
  }),
  demo: DemoState,
  /** Blocks sending, with the reason; null when all is well. */
  sendingBlocked: Failure.nullable(),
});
export type AppState = z.infer<typeof AppState>;

export const LocalPolicy = z.strictObject({
  /** Floors that beat anything the hub asks (design.md §6). */
  minimumNoiseMultiplier: z.number().min(0),
  maximumEpsilonPerRound: z.number().positive(),
  maximumEpsilonPerRun: z.number().positive(),
  /** ε of all charges together; the ledger's budget may be lower or higher, the smaller one holds. */
  maximumEpsilonInTotal: z.number().positive(),
  /** Own size tier ÷ the tiers of the whole cohort, at most: above it the model would be this bank's alone. */
  maximumWeightShare: z.number().gt(0).max(1),
  minimumCohort: z.int().min(1),
  /** Charters without noise are refused unless this is set. */
  allowRunsWithoutNoise: z.boolean(),
  undoSeconds: z.number().min(0).max(60),
});
export type LocalPolicy = z.infer<typeof LocalPolicy>;

/** A saved set of limits under which rounds are released without a click (design.md §6). */
export const StandingPolicy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('off') }),
  z.strictObject({ kind: z.literal('on'), limits: ScopeLimits, rounds: z.int().min(1).max(10_000) }),
]);
export type StandingPolicy = z.infer<typeof StandingPolicy>;

export const InvitePreview = z.object({
  consortium: z.string(),
  address: z.string(),
  operatorFingerprint: z.string(),
  /** This bank's key, to be compared with the operator by another channel. */
  ownFingerprint: z.string(),
});

const page = z.strictObject({
  after: z.number().int().min(0).default(0),
  limit: z.int().min(1).max(1000).default(100),
});

export const bankContract = {
  'app.state': query(nothing, AppState),
  'app.setUp': command(
    z.strictObject({
      bankName: z.string().min(1).max(120),
      analyst: z.string().min(1).max(120),
      /** Unsaid, it stays as it is. */
      homeCountry: CountryCode.exactOptional(),
    }),
    nothing,
  ),
  /** null takes it back. The features are computed anew when they are next needed. */
  'app.setHomeCountry': command(z.strictObject({ homeCountry: CountryCode.nullable() }), nothing),
  /** Bytes at this bank's socket to the hub since the start, TCP payload in both directions. */
  'app.traffic': query(nothing, z.object({ bytesUp: z.number(), bytesDown: z.number() })),
  'app.chooseEngine': command(z.strictObject({ choice: AppState.shape.engine.shape.choice }), nothing),

  /** Desktop only: the native file dialog; null when cancelled. The browser uploads instead. */
  'host.chooseImportFile': command(nothing, z.object({ source: z.string() }).nullable()),
  /** Desktop only: writes text to a place that a person chose. The browser downloads instead. */
  'host.saveText': command(
    z.strictObject({ suggestedName: z.string(), text: z.string() }),
    z.object({ saved: z.boolean() }),
  ),

  'data.summary': query(nothing, DataSummary),
  'data.inspect': query(
    z.strictObject({ source: z.string(), mapping: ColumnMapping.optional() }),
    FileInspection,
  ),
  'data.startImport': command(
    z.strictObject({ source: z.string(), mapping: ColumnMapping, saveMapping: z.boolean() }),
    z.object({ importId: ImportId }),
  ),
  'data.importProgress': query(z.strictObject({ importId: ImportId }), ImportProgress),
  'data.cancelImport': command(z.strictObject({ importId: ImportId }), nothing),
  'data.rejects': query(
    page.extend({ importId: ImportId }),
    z.object({ total: z.number(), rows: z.array(RejectedRow) }),
  ),
  /** CSV of all rejected rows, formula-guarded. */
  'data.rejectsFile': query(
    z.strictObject({ importId: ImportId }),
    z.object({ name: z.string(), text: z.string() }),
  ),
  'data.transactions': query(
    page.extend({
      search: z.string().max(200).default(''),
      label: z.enum(['all', 'fraud', 'genuine', 'unknown']).default('all'),
    }),
    z.object({ total: z.number(), rows: z.array(TransactionRow), next: z.number().nullable() }),
  ),
  'data.computeFeatures': command(z.strictObject({ preset: FeaturePresetName }), nothing),

  'consortium.previewInvite': query(z.strictObject({ invite: z.string() }), InvitePreview),
  'consortium.join': command(z.strictObject({ invite: z.string() }), nothing),

  'runs.list': query(nothing, z.array(RunView)),
  'runs.join': command(z.strictObject({ runId: RunId }), nothing),
  'runs.leave': command(z.strictObject({ runId: RunId }), nothing),
  /** Outside a scope, training starts on the analyst's click, so that unattended rounds burn no budget. */
  'rounds.train': command(z.strictObject({ roundId: RoundId }), nothing),
  'rounds.stopTraining': command(z.strictObject({ roundId: RoundId }), nothing),
  /** Every round of a run that this bank saw, in order. */
  'rounds.history': query(z.strictObject({ runId: RunId }), z.array(RoundHistoryView)),
  'rounds.decline': command(z.strictObject({ roundId: RoundId }), nothing),

  ...reviewMethods,
  ...leakMethods,

  /** The store as of now as one checked file at a path of this machine. It holds every row: keep it like the store. */
  'store.backup': command(
    z.strictObject({ file: z.string().min(1) }),
    z.object({ file: z.string(), bytes: z.number() }),
  ),

  'privacy.state': query(nothing, PrivacyStateView),
  'privacy.ledger': query(page, z.object({ total: z.number(), entries: z.array(LedgerEntryView) })),
  'privacy.setBudget': command(
    z.strictObject({
      epsilon: z.number().positive(),
      delta: z.number().gt(0).lt(1),
      unit: PrivacyUnit,
      /** Required to raise it. */
      reason: z.string().max(2000),
      countersigned: Countersigned,
    }),
    nothing,
  ),
  'privacy.verify': query(nothing, LedgerHealth),
  /** What `privacy.recover` would do now, to the letter. */
  'privacy.recovery': query(nothing, LedgerRecovery),
  /** Goes on from a ledger that blocks all charging and sending; charges what is missing. Both reviewers in mode `two`. */
  'privacy.recover': command(
    z.strictObject({ reason: z.string().max(2000), countersigned: Countersigned }),
    nothing,
  ),

  'policy.read': query(nothing, z.object({ local: LocalPolicy, standing: StandingPolicy })),
  /** What only tightens is free; what loosens takes a reason, and both reviewers in mode `two`. */
  'policy.setLocal': command(
    z.strictObject({ policy: LocalPolicy, reason: z.string().max(2000), countersigned: Countersigned }),
    nothing,
  ),
  'policy.setStanding': command(
    z.strictObject({ policy: StandingPolicy, countersigned: Countersigned }),
    nothing,
  ),

  'models.list': query(nothing, z.array(ModelVersionView)),
  /** The newest adopted model of a run as plain numbers, for the bank's own systems; public among the members. */
  'models.export': query(
    z.strictObject({ runId: RunId }),
    z.object({
      charterHash: Digest,
      checkpointHash: Digest,
      version: z.number(),
      layers: z.array(z.number()),
      activation: z.enum(['tanh', 'relu']),
      /** Per layer: weights fan-in major (W[i·out + o]), then biases. */
      weights: z.array(z.number()),
    }),
  ),
  /** Scores stored test rows or a file with the current model; writes a CSV and answers its path. */
  'scoring.score': command(
    z.strictObject({ runId: RunId.optional(), outputFile: z.string().optional() }),
    z.object({ rows: z.number(), outputFile: z.string(), rowsPerSecond: z.number() }),
  ),

  ...auditMethods,

  'demo.start': command(
    z.strictObject({ peers: z.int().min(2).max(5), seed: z.int().min(0).max(0xffff_ffff) }),
    nothing,
  ),
  'demo.stop': command(nothing, nothing),
} as const;
export type BankContract = typeof bankContract;

/** Topics of change: queries of that prefix are pulled again. */
export const BankTopic = z.enum([
  'app',
  'data',
  'runs',
  'review',
  'privacy',
  'policy',
  'models',
  'audit',
  'demo',
]);
export type BankTopic = z.infer<typeof BankTopic>;

export const BankEvent = z.strictObject({ kind: z.literal('changed'), topics: z.array(BankTopic) });
export type BankEvent = z.infer<typeof BankEvent>;

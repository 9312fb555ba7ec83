/** The operator's contract: what the hub's command line, and later its console, can ask of a hub. */
import { z } from 'zod';
import { BankId, ConsortiumId, Digest, RoundId, RunId, UtcTime } from '../ids.ts';
import { Charter } from '../round/charter.ts';
import { FederationQuality } from '../round/round-view.ts';
import { RoundPhase } from './federation.ts';
import { command, query } from './define.ts';

const nothing = z.strictObject({});

/** Federation-wide PR-AUC of one published model, from the banks' summed noisy score histograms (privacy.md 2g.10). */
export const VersionQuality = FederationQuality.extend({ version: z.number() });
export type VersionQuality = z.infer<typeof VersionQuality>;

export const HubStatus = z.object({
  version: z.string(),
  consortium: z.object({ id: ConsortiumId, name: z.string(), operatorFingerprint: z.string() }).nullable(),
  /** null while the hub does not serve. */
  address: z.string().nullable(),
  connected: z.number(),
  /** Audit chain and checkpoint log verify. */
  verified: z.boolean(),
  /** The newest figure of each run that has one. */
  quality: z.array(VersionQuality.extend({ runId: RunId, title: z.string() })),
});
export type HubStatus = z.infer<typeof HubStatus>;

export const HubBank = z.object({
  bankId: BankId,
  name: z.string(),
  keyFingerprint: z.string(),
  status: z.enum(['waiting-for-approval', 'member', 'suspended']),
  connected: z.boolean(),
  lastSeenAt: UtcTime.nullable(),
  /** Newest hash of its privacy ledger, signed by it before a release: what a regulator compares a pack with. */
  ledgerHead: Digest.nullable(),
});
export type HubBank = z.infer<typeof HubBank>;

export const HubRound = z.object({
  roundId: RoundId,
  runId: RunId,
  index: z.number(),
  phase: RoundPhase,
  cohort: z.array(BankId),
  /** A count only: the hub's screens never show one bank's figures. */
  received: z.number(),
  closesInMs: z.number().nullable(),
  reason: z.string().nullable(),
});
export type HubRound = z.infer<typeof HubRound>;

export const HubRun = z.object({
  runId: RunId,
  charterHash: Digest,
  charter: Charter,
  status: z.enum(['open', 'completed', 'cancelled']),
  members: z.array(z.object({ bankId: BankId, name: z.string(), tier: z.number() })),
  committed: z.number(),
  planned: z.number(),
  round: HubRound.nullable(),
  checkpointHash: Digest.nullable(),
  /** In the order of versions. */
  quality: z.array(VersionQuality),
});
export type HubRun = z.infer<typeof HubRun>;

export const hubContract = {
  'hub.init': command(z.strictObject({ consortiumName: z.string().min(1).max(120) }), HubStatus),
  'hub.status': query(nothing, HubStatus),
  'banks.invite': command(
    z.strictObject({ bankName: z.string().min(1).max(120) }),
    z.object({ invite: z.string(), expiresAt: UtcTime }),
  ),
  'banks.list': query(nothing, z.array(HubBank)),
  /** After the fingerprints were compared by another channel. */
  'banks.approve': command(z.strictObject({ bankId: BankId, keyFingerprint: z.string() }), nothing),
  'banks.suspend': command(z.strictObject({ bankId: BankId, reason: z.string().min(1).max(500) }), nothing),
  'runs.plan': command(z.strictObject({ charter: Charter }), z.object({ runId: RunId, charterHash: Digest })),
  'runs.list': query(nothing, z.array(HubRun)),
  'runs.rounds': query(z.strictObject({ runId: RunId }), z.array(HubRound)),
  'runs.cancel': command(z.strictObject({ runId: RunId, reason: z.string().min(1).max(500) }), nothing),
} as const;
export type HubContract = typeof hubContract;

export const HubEvent = z.strictObject({ kind: z.literal('changed') });
export type HubEvent = z.infer<typeof HubEvent>;

/**
 * The federation contract: every message between a bank and the hub, field by field.
 * A new field here needs a privacy reason; test/architecture/federation-fields lists them all.
 * Not here: anything fitted on private data but the update itself (design.md I7).
 */
import { z } from 'zod';
import {
  BankId,
  ConsortiumId,
  Digest,
  PublicKeyHex,
  RoundId,
  RunId,
  SignatureHex,
  UpdateId,
  UtcTime,
} from '../ids.ts';
import { Charter } from '../round/charter.ts';
import { command, query } from './define.ts';

/** Exact: a peer of another version is refused in the handshake (and the version is in every signature). */
export const FEDERATION_PROTOCOL = 'parley/federation/1';

const Bytes = z.instanceof(Uint8Array);
const Nonce = z.string().regex(/^[0-9a-f]{64}$/);

/* ---- documents that are signed. `statement` of a signature is canonicalJson({ protocol, purpose, ...document }) ---- */

/** Signed by the operator: this bank, with this key, is a member. */
export const RosterEntry = z.strictObject({
  consortiumId: ConsortiumId,
  bankId: BankId,
  name: z.string().min(1).max(120),
  publicKey: PublicKeyHex,
});
export type RosterEntry = z.infer<typeof RosterEntry>;

export const SignedRosterEntry = z.strictObject({ entry: RosterEntry, operatorSignature: SignatureHex });
export type SignedRosterEntry = z.infer<typeof SignedRosterEntry>;

/** Signed by the operator: this charter is the plan of this run. */
export const RunPlan = z.strictObject({ runId: RunId, charterHash: Digest, charter: Charter });
export type RunPlan = z.infer<typeof RunPlan>;

export const SignedRunPlan = z.strictObject({ plan: RunPlan, operatorSignature: SignatureHex });
export type SignedRunPlan = z.infer<typeof SignedRunPlan>;

/** Signed by the bank: it counter-signs the charter and declares its public size tier, fixed for the run. */
export const RunMembership = z.strictObject({
  runId: RunId,
  charterHash: Digest,
  bankId: BankId,
  tier: z.int().min(1),
});
export type RunMembership = z.infer<typeof RunMembership>;

export const SignedRunMembership = z.strictObject({ membership: RunMembership, signature: SignatureHex });
export type SignedRunMembership = z.infer<typeof SignedRunMembership>;

/** Signed by the bank with the release: binds the exact bytes to bank, round, base model and charter (I3). */
export const UpdateHeader = z.strictObject({
  consortiumId: ConsortiumId,
  runId: RunId,
  roundId: RoundId,
  bankId: BankId,
  updateId: UpdateId,
  charterHash: Digest,
  /** Checkpoint the update was computed from. */
  baseHash: Digest,
  payloadHash: Digest,
  byteLength: z.int().min(1),
});
export type UpdateHeader = z.infer<typeof UpdateHeader>;

export const SignedUpdateHeader = z.strictObject({ header: UpdateHeader, signature: SignatureHex });
export type SignedUpdateHeader = z.infer<typeof SignedUpdateHeader>;

/** Signed by the hub once the update is committed on its disk. */
export const Receipt = z.strictObject({
  updateId: UpdateId,
  roundId: RoundId,
  bankId: BankId,
  payloadHash: Digest,
});
export type Receipt = z.infer<typeof Receipt>;

export const SignedReceipt = z.strictObject({ receipt: Receipt, hubSignature: SignatureHex });
export type SignedReceipt = z.infer<typeof SignedReceipt>;

export const Inclusion = z.strictObject({ tier: z.int().min(1), update: SignedUpdateHeader });
export type Inclusion = z.infer<typeof Inclusion>;

/** One committed round in the hash-chained log. Signed by the hub. `index` counts committed rounds of the run from 0. */
export const CheckpointEntry = z.strictObject({
  consortiumId: ConsortiumId,
  runId: RunId,
  roundId: RoundId,
  index: z.int().min(0),
  /** Hash of the signed entry before (canonical JSON, SHA-256); of the signed run plan for index 0. */
  previousHash: Digest,
  charterHash: Digest,
  baseHash: Digest,
  /** SHA-256 of the checkpoint that follows from the sums, design.md I8. */
  checkpointHash: Digest,
  /** SHA-256 of the published integer sums. */
  sumsHash: Digest,
  included: z.array(Inclusion).min(1),
  publishedAt: UtcTime,
});
export type CheckpointEntry = z.infer<typeof CheckpointEntry>;

export const SignedCheckpointEntry = z.strictObject({ entry: CheckpointEntry, hubSignature: SignatureHex });
export type SignedCheckpointEntry = z.infer<typeof SignedCheckpointEntry>;

/**
 * Signed by the bank: the newest hash of its privacy ledger's keyed chain. The hub keeps the last one and answers it back, so
 * that a bank whose machine was set back to an earlier day learns of it. A hash alone: no number of entries and no ε, and
 * without the bank's key nothing can be computed from it.
 */
export const LedgerHeadStatement = z.strictObject({ bankId: BankId, head: Digest });
export type LedgerHeadStatement = z.infer<typeof LedgerHeadStatement>;

export const SignedLedgerHead = z.strictObject({ statement: LedgerHeadStatement, signature: SignatureHex });
export type SignedLedgerHead = z.infer<typeof SignedLedgerHead>;

/* ---- state that is pulled ---- */

export const Membership = z.enum(['unknown', 'waiting-for-approval', 'member', 'suspended']);
export type Membership = z.infer<typeof Membership>;

export const RoundPhase = z.enum([
  'planned',
  'enrolling',
  'training',
  'aggregating',
  'published',
  'failed',
  'cancelled',
]);
export type RoundPhase = z.infer<typeof RoundPhase>;

/** What the hub holds of the asking bank's update in this round. */
export const OwnUpdateState = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('partial'), updateId: UpdateId, offset: z.int().min(0) }),
  z.strictObject({ kind: z.literal('committed'), receipt: SignedReceipt }),
]);
export type OwnUpdateState = z.infer<typeof OwnUpdateState>;

export const RoundState = z.strictObject({
  roundId: RoundId,
  /** Committed rounds before this one: the recipe's r. A failed round does not advance it. */
  index: z.int().min(0),
  phase: RoundPhase,
  baseHash: Digest,
  cohort: z.array(BankId),
  /** Updates committed so far; whose they are is public only with the published entry. */
  received: z.int().min(0),
  /** Remaining time, since wall clocks differ (I13); null before training starts and after the end. */
  closesInMs: z.number().nullable(),
  reason: z.string().max(200).nullable(),
  own: OwnUpdateState,
});
export type RoundState = z.infer<typeof RoundState>;

export const RunState = z.strictObject({
  runId: RunId,
  charterHash: Digest,
  status: z.enum(['open', 'completed', 'cancelled']),
  /** Also of banks that left: published rounds name their tiers. */
  members: z.array(SignedRunMembership),
  /** Committed rounds so far; entries 0..committed−1 can be fetched. */
  committed: z.int().min(0),
  /** The newest round, also after its end, until the next one opens. */
  round: RoundState.nullable(),
});
export type RunState = z.infer<typeof RunState>;

/** Everything a bank needs to go on from; cheap enough to pull at every signal. */
export const HubSnapshot = z.strictObject({
  version: z.int().min(0),
  membership: Membership,
  roster: z.array(SignedRosterEntry),
  runs: z.array(RunState),
  /** What the asking bank anchored last; null before its first release. */
  ownLedgerHead: SignedLedgerHead.nullable(),
});
export type HubSnapshot = z.infer<typeof HubSnapshot>;

export const FederationEvent = z.strictObject({ kind: z.literal('changed'), version: z.int().min(0) });
export type FederationEvent = z.infer<typeof FederationEvent>;

/** Chunks of an update or a blob: 16 to 64 KiB, so that a bad link loses one, not all (reliability.md finding 5). */
export const CHUNK_BYTES = 64 * 1024;

const nothing = z.strictObject({});

/** The first two messages of a connection. */
export const handshakeContract = {
  /** First message on a connection. The hub proves its key by signing both nonces. */
  hello: query(
    z.strictObject({ protocol: z.literal(FEDERATION_PROTOCOL), publicKey: PublicKeyHex, nonce: Nonce }),
    z.strictObject({
      consortiumId: ConsortiumId,
      consortiumName: z.string(),
      operatorKey: PublicKeyHex,
      hubKey: PublicKeyHex,
      /** Signed by the operator: this hub key speaks for the consortium. */
      hubKeySignature: SignatureHex,
      nonce: Nonce,
      hubSignature: SignatureHex,
    }),
  ),
  /** Second message: the bank proves its key over both nonces. Everything else needs it. */
  authenticate: command(
    z.strictObject({ signature: SignatureHex }),
    z.strictObject({ membership: Membership, bankId: BankId.nullable() }),
  ),
} as const;
export type HandshakeContract = typeof handshakeContract;

/** What an authenticated bank may ask. */
export const memberContract = {
  enrol: command(
    z.strictObject({
      code: z.string().min(8).max(128),
      bankName: z.string().min(1).max(120),
      signature: SignatureHex,
    }),
    z.strictObject({ bankId: BankId, membership: Membership }),
  ),
  pull: query(nothing, HubSnapshot),
  runPlan: query(z.strictObject({ runId: RunId }), SignedRunPlan),
  joinRun: command(SignedRunMembership, nothing),
  leaveRun: command(z.strictObject({ runId: RunId }), nothing),
  /** A late bank, or one that came back, enters the open round; harmless when it is in the cohort already. */
  joinRound: command(z.strictObject({ roundId: RoundId }), nothing),
  /** This bank will not send in this round: the others need not wait for it. No reason travels. */
  declineRound: command(z.strictObject({ roundId: RoundId }), nothing),
  /**
   * Before each release: the ledger as it stands, in place of the head that this bank believes the hub to hold. Another one is
   * not replaced. Answers what the hub then holds, once it is on its disk.
   */
  anchorLedger: command(
    z.strictObject({ anchored: SignedLedgerHead, replaces: Digest.nullable() }),
    SignedLedgerHead,
  ),
  /** Announces the stored bytes; answers where to go on (resumable). */
  offerUpdate: command(SignedUpdateHeader, OwnUpdateState),
  sendChunk: command(
    z.strictObject({ updateId: UpdateId, offset: z.int().min(0), bytes: Bytes }),
    OwnUpdateState,
  ),
  /** A committed round; small sums and payloads come inline to save round trips. */
  roundResult: query(
    z.strictObject({
      runId: RunId,
      index: z.int().min(0),
      inlineLimit: z
        .int()
        .min(0)
        .max(8 * 1024 * 1024),
    }),
    z.strictObject({
      entry: SignedCheckpointEntry,
      sums: Bytes.nullable(),
      payloads: z.array(z.strictObject({ payloadHash: Digest, bytes: Bytes })),
    }),
  ),
  /** Content-addressed: published sums and, with open payloads, the signed updates of a published round. */
  blob: query(
    z.strictObject({ digest: Digest, offset: z.int().min(0) }),
    z.strictObject({ totalBytes: z.int().min(0), bytes: Bytes }),
  ),
} as const;
export type MemberContract = typeof memberContract;

export const federationContract = { ...handshakeContract, ...memberContract } as const;
export type FederationContract = typeof federationContract;

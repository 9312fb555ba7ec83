/**
 * A pack for a regulator, `parley/pack/1`: docs/pack-format.md says what each field proves, and resources/verify-pack.mjs
 * checks it without this code. No row, no count of rows and no raw figure of a training has a field here.
 * Types, not interfaces: only types are canonical JSON to the compiler.
 */
import type { z } from 'zod';
import type {
  SignedCheckpointEntry,
  SignedReceipt,
  SignedRosterEntry,
  SignedRunMembership,
  SignedRunPlan,
  UpdateHeader,
} from '#shared/contract/federation.ts';
import type {
  BankId,
  ConsortiumId,
  Digest,
  PublicKeyHex,
  RoundId,
  RunId,
  SignatureHex,
  UpdateId,
  UtcTime,
} from '#shared/ids.ts';
import type { ScopeFigures, ScopeLimits } from '#shared/round/round-view.ts';
import type { SignedReviewStatement } from '#shared/round/reviewer-view.ts';
import type { ReleaseScope } from '#shared/round/review-view.ts';
import type { Approval, ChargeRecord } from '../review/approval.ts';
import type { HubKey } from '../settings/consortium.ts';
import type { ScopeState } from '../store/scopes.ts';

/** The file: canonical JSON of this and one line end. */
export type SignedPack = {
  readonly pack: Pack;
  /** SHA-256 of the canonical JSON of `pack`. */
  readonly digest: Digest;
  /** By the bank, purpose `pack`. */
  readonly signature: SignatureHex;
};

export type Pack = {
  readonly format: 'parley/pack/1';
  readonly madeAt: UtcTime;
  readonly madeBy: string;
  /** The one run that runs, updates and scopes are of; null: every run. Ledger and audit are always whole. */
  readonly run: RunId | null;
  readonly notes: 'included' | 'left-out';
  readonly bank: { readonly name: string; readonly bankId: BankId | null; readonly publicKey: PublicKeyHex };
  readonly consortium: PackConsortium | null;
  readonly runs: readonly PackRun[];
  readonly updates: readonly PackUpdate[];
  readonly scopes: readonly PackScope[];
  readonly ledger: readonly PackLedgerRow[];
  readonly audit: readonly PackAuditEntry[];
};

export type PackConsortium = {
  readonly id: ConsortiumId;
  readonly name: string;
  readonly operatorKey: PublicKeyHex;
  readonly hubKeys: readonly HubKey[];
  readonly roster: readonly SignedRosterEntry[];
};

export type PackRun = {
  readonly plan: SignedRunPlan;
  readonly status: 'open' | 'completed' | 'cancelled';
  readonly membership: 'none' | 'joined' | 'left';
  readonly members: readonly SignedRunMembership[];
  readonly log: readonly SignedCheckpointEntry[];
};

export type PackUpdate = {
  readonly index: number;
  readonly heldAt: UtcTime;
  readonly header: UpdateHeader;
  readonly charge: ChargeRecord | null;
  /** null: it waits. */
  readonly decision: {
    readonly kind: 'released' | 'withheld' | 'late';
    readonly at: UtcTime;
    readonly note: string | null;
  } | null;
  readonly release: PackRelease | null;
};

export type PackRelease = {
  readonly approval: Approval;
  /** By the bank over the header, purpose `update`. */
  readonly signature: SignatureHex;
  readonly source: 'review' | 'scope';
  readonly scope: number | null;
  readonly receipt: SignedReceipt | null;
  /** Of the named reviewers where two had to sign; else empty. */
  readonly reviews: readonly PackReview[];
};

export type PackReview = {
  readonly scope: ReleaseScope;
  readonly note: string | null;
  readonly signed: SignedReviewStatement;
};

export type PackScope = {
  readonly number: number;
  readonly runId: RunId;
  readonly source: 'review' | 'standing-policy';
  readonly reviewUpdateId: UpdateId | null;
  readonly firstIndex: number;
  readonly rounds: number;
  readonly limits: ScopeLimits;
  /** Ledger entry that set its cost aside; null without noise. */
  readonly hold: number | null;
  readonly epsilons: readonly number[];
  readonly state: ScopeState;
  readonly covered: readonly {
    readonly roundId: RoundId;
    readonly index: number;
    readonly figures: z.infer<typeof ScopeFigures>;
    readonly sent: boolean;
  }[];
};

/** As it stands in the store: rows that a recovery sealed need not even be well formed. */
export type PackLedgerRow = {
  readonly sequence: number;
  readonly at: string;
  readonly kind: string;
  /** Canonical JSON, exactly the text that the bank's keyed chain covers. */
  readonly body: string;
  /** The bank's own keyed hash (HMAC): it needs a secret to check, and binds this row to the store that it came from. */
  readonly mac: string;
  /** Keyed hash of the row before. */
  readonly previousMac: string;
  /** SHA-256 chain that anybody can check. */
  readonly hash: Digest;
};

export type PackAuditEntry = {
  readonly sequence: number;
  readonly at: UtcTime;
  readonly actor: string;
  readonly action: string;
  /** null: it holds a note, and notes were left out; its hash then links the chain but is not recomputed. */
  readonly detail: string | null;
  readonly hash: Digest;
};

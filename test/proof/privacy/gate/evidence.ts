/**
 * What a bank under test leaves behind to be judged: happenings in order, what the hub's end of the wire received, and the
 * store at the end. Plain data, so that a killed process leaves it in a file line by line.
 */
import type { ScopeLimits } from '#shared/round/round-view.ts';

/** A charge as another connection to the store reads it: only what is committed. */
export interface SeenCharge {
  readonly sequence: number;
  readonly roundId: string | null;
  readonly purpose: string;
  readonly steps: number;
  /** That it was written for. */
  readonly noiseMultiplier: number;
}

export interface SeenScope {
  readonly number: number;
  readonly source: string;
  readonly state: string;
}

export type Happening =
  /** A round of the run opened; its plan says so many noisy steps. */
  | {
      readonly kind: 'offered';
      readonly roundId: string;
      readonly plannedSteps: number;
      readonly baseHash: string;
    }
  /** Noise is drawn now; `committed`: the charges for this round and purpose that are committed at this very moment. */
  | {
      readonly kind: 'noise';
      readonly roundId: string | null;
      readonly purpose: string;
      readonly steps: number;
      readonly noiseMultiplier: number;
      readonly committed: readonly SeenCharge[];
    }
  /** A person clicked release, or signed it as one of two reviewers, having seen this digest. */
  | {
      readonly kind: 'asked';
      /** `analyst` where one person decides, else the reviewer. */
      readonly by: string;
      readonly updateId: string;
      readonly digest: string;
      readonly atMs: number;
      readonly following: { readonly rounds: number; readonly limits: ScopeLimits } | null;
    }
  /** Undo, or a signature taken back. */
  | { readonly kind: 'undone'; readonly updateId: string }
  | { readonly kind: 'mode-set'; readonly mode: 'one' | 'two'; readonly atMs: number }
  | { readonly kind: 'withheld'; readonly updateId: string }
  /** Discarded for a training with more noise, which is charged by now. */
  | { readonly kind: 'discarded'; readonly updateId: string }
  | {
      readonly kind: 'standing-set';
      readonly following: { readonly rounds: number; readonly limits: ScopeLimits } | null;
    }
  | { readonly kind: 'restarted' }
  /** The hub published the round; what is not in it by then never will be. */
  | { readonly kind: 'published'; readonly roundId: string }
  /** Somebody changed the ledger's rows, or put an older copy of the file in its place; ends with `repaired`. */
  | { readonly kind: 'damaged'; readonly what: 'ledger' | 'old-file' }
  | { readonly kind: 'repaired' }
  /** After every action: the figures that the app shows, and the scopes. */
  | {
      readonly kind: 'figures';
      readonly budget: number;
      readonly charged: number;
      readonly held: number;
      /** The ledger shows as verified; else its figures are not the app's word. */
      readonly isVerified: boolean;
      readonly scopes: readonly SeenScope[];
    };

/** One call that reached the hub's end of the wire. */
export interface Transmission {
  /** Happenings before it. */
  readonly at: number;
  readonly atMs: number;
  readonly call: 'offer' | 'bytes';
  readonly updateId: string;
  /** Of the offered header, or of the bytes that arrived. */
  readonly digest: string;
  readonly byteLength: number;
  /** The offer's header; null for bytes. */
  readonly header: WireHeader | null;
  /** The release of this update as committed at this very moment. */
  readonly release: SeenApproval | null;
  /** The charge behind it as committed at this very moment, and whether the ledger says that it was released. */
  readonly charge: SeenCharge | null;
  readonly isRecordedReleased: boolean;
}

export interface WireHeader {
  readonly bankId: string;
  readonly roundId: string;
  readonly baseHash: string;
  readonly charterHash: string;
  readonly payloadHash: string;
  readonly byteLength: number;
  readonly isSigned: boolean;
}

/** What a release is bound to (I3). */
export interface SeenApproval {
  readonly bankId: string;
  readonly roundId: string;
  readonly updateId: string;
  readonly baseHash: string;
  readonly charterHash: string;
  readonly payloadHash: string;
  readonly byteLength: number;
  readonly chargeSequence: number | null;
  readonly costSteps: number | null;
}

export interface StoredUpdate {
  readonly updateId: string;
  readonly roundId: string;
  readonly chargeSequence: number | null;
  /** ‖γG‖ / (σC√(P·K)), computed by the harness from the stored bytes; null where they do not decode. */
  readonly noiseRatio: number | null;
  /** The stored bytes have the digest they were held with: nobody tampered with them since. */
  readonly isIntact: boolean;
  /** Order of holding. */
  readonly order: number;
}

export interface StoredRelease {
  readonly updateId: string;
  readonly roundId: string;
  readonly payloadHash: string;
  /** Reviewers who signed it. */
  readonly signers: number;
  readonly source: string;
  readonly scopeNumber: number | null;
}

export interface StoredScope {
  readonly number: number;
  readonly source: string;
  readonly reviewUpdateId: string | null;
  readonly rounds: number;
  readonly limits: ScopeLimits;
}

export interface StoredScopeRound {
  readonly scopeNumber: number;
  readonly roundId: string;
  readonly sent: boolean;
}

/** The store at the end, read by SQL of the harness. */
export interface StoreSnapshot {
  readonly charges: readonly SeenCharge[];
  readonly updates: readonly StoredUpdate[];
  readonly releases: readonly StoredRelease[];
  readonly scopes: readonly StoredScope[];
  readonly scopeRounds: readonly StoredScopeRound[];
}

export interface Evidence {
  readonly history: readonly Happening[];
  readonly wire: readonly Transmission[];
  readonly store: StoreSnapshot;
  /** Milliseconds for which a release by hand can be undone. */
  readonly undoMs: number;
  readonly charterHash: string;
}

export interface Violation {
  readonly promise: 'I1' | 'I2' | 'I3' | 'I14';
  readonly rule: string;
  readonly detail: string;
}

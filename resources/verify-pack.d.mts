/** What is known of a pack once it is accepted; the page that the verifier prints is made of this. */
export interface PackSummary {
  readonly packDigest: string;
  readonly bank: { readonly name: string; readonly fingerprint: string };
  readonly consortium: { readonly name: string; readonly operatorFingerprint: string } | null;
  /** `charged` and `released`: lower and upper bound by the verifier's own accounting. */
  readonly epsilon: {
    readonly recorded: number;
    readonly charged: readonly [number, number];
    readonly released: readonly [number, number];
  };
  readonly updates: {
    readonly held: number;
    readonly released: number;
    readonly withheld: number;
    readonly late: number;
  };
  readonly recovery: {
    readonly recoveries: number;
    readonly sealedEntries: number;
    readonly missingUpdates: number;
  };
  readonly signatures: number;
  readonly runs: readonly {
    readonly title: string;
    /** False: the ledger does not account for it, and no ε bounds what its updates reveal. */
    readonly hasNoise: boolean;
    readonly rounds: readonly {
      readonly index: number;
      readonly isIncluded: boolean;
      readonly checkpointHash: string;
      readonly epsilonAfter: number | null;
    }[];
  }[];
  readonly entries: { readonly ledger: number; readonly audit: number; readonly unread: number };
}

export type PackVerdict =
  | { readonly kind: 'accepted'; readonly summary: PackSummary }
  | { readonly kind: 'refused'; readonly reason: string };

export function verifyPack(
  content: string,
  known?: { readonly operatorKey?: string; readonly ledgerHead?: string },
): PackVerdict;

/** Transactions as columns in time order (ties in file order): what the feature transforms read. */

/** Amounts are whole numbers of 1/10,000 euro, so that window sums are exact and do not depend on where they began. */
export const AMOUNT_UNITS_A_EURO = 10_000;

export const CHANNELS = ['POS', 'ECOM', 'ATM', 'TRANSFER', 'P2P'] as const;
/** Code of a channel: its place in CHANNELS + 1; 0 for none of them. */
export const ECOM = 2;

export interface TransactionColumns {
  readonly rows: number;
  /** UTC milliseconds, ascending. */
  readonly occurredAt: Float64Array;
  /** Account numbers, below `accounts`. */
  readonly account: Uint32Array;
  readonly accounts: number;
  /** Number of the terminal, or else of the counterparty, below `places`; -1 for neither. */
  readonly place: Int32Array;
  readonly places: number;
  readonly amount: Float64Array;
  readonly isIncoming: Uint8Array;
  readonly channel: Uint8Array;
  readonly isForeign: Uint8Array;
  readonly isNewDevice: Uint8Array;
  /** Online without 3-D Secure. */
  readonly isUnsecured: Uint8Array;
  readonly isMagstripe: Uint8Array;
  /** Risk class of the merchant category + 1; 0 for no class. */
  readonly riskClass: Uint8Array;
}

/** Labels as they became known, in order of that time. */
export interface LabelEvents {
  readonly length: number;
  /** Row in the columns. */
  readonly row: Uint32Array;
  /** UTC milliseconds. */
  readonly knownAt: Float64Array;
  readonly isFraud: Uint8Array;
}

/** Pairs of account and place that occurred before the first of the columns' rows; see card-v2. */
export type SeenPairs = Iterable<readonly [account: number, place: number]>;

export interface TransformInput {
  readonly columns: TransactionColumns;
  readonly labels: LabelEvents;
  readonly seenBefore: SeenPairs;
}

/**
 * Takes the rows one after another from the first and writes the inputs of each into `out` from `at` on. Answers false,
 * and writes nothing, for an incoming row: only outgoing ones are scored and trained on.
 */
export type FeatureTransform = (row: number, out: Float32Array, at: number) => boolean;

/** What following the hub's rounds works with; passed in by main/bank/create. */
import type { Clock, Log } from '#main/platform/ports.ts';
import type { FederationClient } from '#main/wire/federation-client.ts';
import type { Canonical } from '#shared/canonical.ts';
import type { BankTopic, LocalPolicy } from '#shared/contract/bank.ts';
import type { SignedReceipt } from '#shared/contract/federation.ts';
import type { RunId, UpdateId } from '#shared/ids.ts';
import type { Gate } from '../review/gate.ts';
import type { GateIdentity } from '../review/gate-ports.ts';
import type { GateLedger } from '../review/ledger-port.ts';
import type { ReviewStore } from '../review/store.ts';
import type { SignatureStore } from '../store/review-signatures.ts';
import type { Transact } from '../store/transaction.ts';
import type { Trainer } from '../training/trainer.ts';
import type { LedgerAnchor } from './ledger-anchor.ts';
import type { Participations } from './participations.ts';
import type { RoundsStore } from './store/records.ts';
import type { Trust } from './verify.ts';

export type HubCalls = Pick<
  FederationClient,
  | 'pull'
  | 'runPlan'
  | 'joinRun'
  | 'leaveRun'
  | 'joinRound'
  | 'declineRound'
  | 'offerUpdate'
  | 'sendChunk'
  | 'roundResult'
  | 'blob'
>;

/** An authenticated connection, and whom it can be trusted to speak for. */
export interface HubSession {
  readonly calls: HubCalls;
  readonly trust: Trust;
}

export interface RoundsPorts {
  readonly transact: Transact;
  readonly store: RoundsStore;
  readonly review: ReviewStore;
  readonly signatures: Pick<SignatureStore, 'of'>;
  readonly participations: Participations;
  readonly gate: Pick<Gate, 'trainWithinScope' | 'roundEvent' | 'runOver' | 'runLeft'>;
  readonly ledger: GateLedger;
  readonly anchor: LedgerAnchor;
  readonly trainer: Trainer;
  readonly clock: Clock;
  readonly log: Log;
  readonly identity: () => GateIdentity;
  readonly policy: () => LocalPolicy;
  /** Throws what blocks every sending: a ledger or an audit that does not verify. */
  readonly requireSound: () => void;
  /** Joins the open transaction. */
  readonly audit: (action: string, detail: Readonly<Record<string, Canonical>>) => void;
  /** Receipts of automatic releases, written with the next model: until then the hub repeats them. */
  readonly receipts: Map<UpdateId, SignedReceipt>;
  /** A model was verified, recomputed and stored. */
  readonly adopted: (runId: RunId) => void;
  readonly changed: (...topics: readonly BankTopic[]) => void;
  /** Throws `hub-unreachable` while there is no connection, `not-set-up` without a consortium. */
  readonly hub: () => Promise<HubSession>;
}

/** What the gate works with; passed in by main/bank/create. */
import type { KeyObject } from 'node:crypto';
import type { Clock, Log, Random } from '#main/platform/ports.ts';
import type { Canonical } from '#shared/canonical.ts';
import type { BankTopic, LocalPolicy, StandingPolicy } from '#shared/contract/bank.ts';
import {
  type BankId,
  type PublicKeyHex,
  type RoundId,
  type RunId,
  type UpdateId,
  UtcTime,
} from '#shared/ids.ts';
import type { LeakWatch } from '../leaks/watch.ts';
import type { Participations } from '../rounds/participations.ts';
import type { Reviewers } from '../settings/reviewers.ts';
import type { SignatureStore } from '../store/review-signatures.ts';
import type { ScopeStore } from '../store/scopes.ts';
import type { Transact } from '../store/transaction.ts';
import type { Trainer } from '../training/trainer.ts';
import type { GateLedger } from './ledger-port.ts';
import type { RoundContext } from './round-context.ts';
import type { HeldUpdate, ReviewStore } from './store.ts';

export interface GateIdentity {
  readonly bankId: BankId;
  readonly privateKey: KeyObject;
}

export interface GatePorts {
  readonly transact: Transact;
  readonly store: ReviewStore;
  readonly scopes: ScopeStore;
  readonly signatures: SignatureStore;
  /** Who decides: one person or two, and whose signatures count. */
  readonly reviewers: Pick<Reviewers, 'mode' | 'activeKey'>;
  readonly participations: Participations;
  readonly ledger: GateLedger;
  readonly trainer: Trainer;
  readonly leaks: LeakWatch;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly identity: () => GateIdentity;
  readonly operatorKey: () => PublicKeyHex;
  readonly policy: () => LocalPolicy;
  readonly standing: () => StandingPolicy;
  /** Throws what blocks every charge and every sending: a ledger or an audit that does not verify. */
  readonly requireSound: () => void;
  /** Joins the open transaction. */
  readonly audit: (action: string, detail: Readonly<Record<string, Canonical>>) => void;
  readonly dataVersion: () => { readonly rows: number; readonly until: UtcTime | null };
  /** The open round of any run, as this bank verified it; undefined once it is over. */
  readonly roundOf: (roundId: RoundId) => RoundContext | undefined;
  /** The last update of this run that a published entry lists. */
  readonly lastIncluded: (runId: RunId) => HeldUpdate | undefined;
  /** Something to send is committed. */
  readonly send: (updateId: UpdateId) => void;
  readonly tellDeclined: (roundId: RoundId) => void;
  readonly changed: (...topics: readonly BankTopic[]) => void;
}

export function utcNow(clock: Clock): UtcTime {
  return UtcTime.parse(new Date(clock.now()).toISOString());
}

/**
 * One commit. When `work` throws, what it changed in memory about the round is forgotten with what it wrote.
 * The ledger's head is mirrored by the callers that charge or hold: an outcome changes no spend, so its entry may lag.
 */
export function commit<T>(
  ports: Pick<GatePorts, 'transact' | 'participations'>,
  roundId: RoundId,
  work: () => T,
): T {
  const before = ports.participations.get(roundId);
  try {
    return ports.transact(work);
  } catch (error) {
    if (before !== undefined) ports.participations.restore(before);
    throw error;
  }
}

/**
 * Commits updates that are waiting at the same time in one flush. Nothing waits in order to be grouped: what arrived while
 * the last flush kept the process busy is handled in one turn of the event loop, and committed at its end.
 */
import type { SignedReceipt, SignedUpdateHeader } from '#shared/contract/federation.ts';
import type { BankId } from '#shared/ids.ts';
import { atEndOfTurn } from '#main/platform/turn.ts';
import { signStatement } from '#main/wire/identity.ts';
import type { HubKeys } from '../keys.ts';
import type { HubStore } from '../store/store.ts';
import type { OpenRun } from './open-run.ts';
import type { Rounds } from './rounds.ts';

/** A whole update that passed every check. */
export interface CheckedUpdate {
  readonly run: OpenRun;
  readonly bankId: BankId;
  readonly tier: number;
  readonly signed: SignedUpdateHeader;
  readonly payload: Uint8Array;
}

export interface GroupCommitOptions {
  readonly store: Pick<HubStore, 'updates'>;
  readonly keys: Pick<HubKeys, 'hub'>;
  readonly rounds: Pick<Rounds, 'apply'>;
}

export interface GroupCommit {
  /** What this bank has waiting. */
  waitingOf(
    bankId: BankId,
  ): { readonly signed: SignedUpdateHeader; readonly receipt: Promise<SignedReceipt> } | undefined;
  /** Resolves once the update is on the disk (I5). At most one a bank. */
  add(update: CheckedUpdate): Promise<SignedReceipt>;
}

interface Waiting {
  readonly update: CheckedUpdate;
  readonly receipt: Promise<SignedReceipt>;
  readonly resolve: (receipt: SignedReceipt) => void;
  readonly reject: (error: unknown) => void;
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const waiting = new Map<BankId, Waiting>();
  const flush = (): void => {
    const all = [...waiting.values()];
    waiting.clear();
    for (const group of Map.groupBy(all, ({ update }) => update.run).values()) commitGroup(options, group);
  };
  return {
    waitingOf: (bankId) => {
      const found = waiting.get(bankId);
      return found === undefined ? undefined : { signed: found.update.signed, receipt: found.receipt };
    },
    add: (update) => {
      if (waiting.size === 0) atEndOfTurn(flush);
      const { promise, resolve, reject } = Promise.withResolvers<SignedReceipt>();
      waiting.set(update.bankId, { update, receipt: promise, resolve, reject });
      return promise;
    },
  };
}

/** The rows of the updates and the round's state in one flushed transaction; only then are there receipts. */
function commitGroup(options: GroupCommitOptions, group: readonly Waiting[]): void {
  const [first] = group;
  if (first === undefined) return;
  const receipts = group.map((one) => ({ one, receipt: signReceipt(options.keys, one.update) }));
  const inTransaction = (): void => {
    for (const { one, receipt } of receipts) {
      const { bankId, tier, signed, payload } = one.update;
      const { updateId } = signed.header;
      options.store.updates.commit({ bankId, updateId, signed, tier, receipt }, payload);
    }
  };
  try {
    const bankIds = group.map(({ update }) => update.bankId);
    options.rounds.apply(first.update.run, { kind: 'updates-committed', bankIds }, { inTransaction });
  } catch (error) {
    // One that can't be committed must not take the others along.
    if (group.length === 1) first.reject(error);
    else for (const one of group) commitGroup(options, [one]);
    return;
  }
  for (const { one, receipt } of receipts) one.resolve(receipt);
}

function signReceipt({ hub }: Pick<HubKeys, 'hub'>, { bankId, signed }: CheckedUpdate): SignedReceipt {
  const { updateId, roundId, payloadHash } = signed.header;
  const receipt = { updateId, roundId, bankId, payloadHash };
  return { receipt, hubSignature: signStatement(hub.privateKey, 'receipt', receipt) };
}

/**
 * Keeps the newest ledger head of each bank and answers it back. It means nothing to the hub; a bank that was set back to an
 * earlier day learns from it that it is older than it was.
 */
import type { SignedLedgerHead } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { BankId, Digest } from '#shared/ids.ts';
import { atEndOfTurn } from '#main/platform/turn.ts';
import { requireStatement } from '#main/wire/identity.ts';
import type { BankRecord } from './store/members.ts';
import type { HubStore } from './store/store.ts';

export interface Anchoring {
  readonly anchored: SignedLedgerHead;
  /** The head that the bank believes to be here; null for none. */
  readonly replaces: Digest | null;
}

export interface LedgerHeads {
  /** Resolves with what is held once it is on the disk. Throws `signature-invalid`. */
  anchor(bank: BankRecord, anchoring: Anchoring): Promise<SignedLedgerHead>;
}

export function createLedgerHeads(store: Pick<HubStore, 'ledgerHeads' | 'transaction'>): LedgerHeads {
  const waiting = new Map<BankId, SignedLedgerHead>();
  let flushed: Promise<void> | undefined;
  /** Heads that arrive in one turn of the event loop are one flush, as updates are (rounds/group-commit.ts). */
  const flush = (): Promise<void> => {
    flushed ??= new Promise<void>((resolve, reject) => {
      atEndOfTurn(() => {
        const heads = [...waiting.values()];
        waiting.clear();
        flushed = undefined;
        try {
          store.transaction(() => {
            for (const head of heads) store.ledgerHeads.keep(head);
          });
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error('the heads were not kept'));
        }
      });
    });
    return flushed;
  };
  return {
    anchor: async (bank, { anchored, replaces }) => {
      const { statement, signature } = anchored;
      if (statement.bankId !== bank.bankId)
        throw new FailureError('signature-invalid', 'The ledger head is in the name of another bank');
      requireStatement(bank.publicKey, 'ledger-head', { document: statement, signature });
      const held = waiting.get(bank.bankId) ?? store.ledgerHeads.of(bank.bankId);
      const isExpected = held === undefined || held.statement.head === replaces;
      if (!isExpected && held.statement.head !== statement.head) return held;
      if (held?.statement.head !== statement.head) waiting.set(bank.bankId, anchored);
      if (waiting.has(bank.bankId)) await flush();
      return anchored;
    },
  };
}

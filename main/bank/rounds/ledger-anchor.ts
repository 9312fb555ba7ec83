/**
 * The ledger's head at the hub: a signed hash, renewed before each release and compared at each pull. It shows that this
 * machine is of an earlier day also where the store and the key store were both restored (design.md section 6).
 */
import { signStatement, verifyStatement } from '#main/wire/identity.ts';
import type { FederationClient } from '#main/wire/federation-client.ts';
import type { Log } from '#main/platform/ports.ts';
import type { SignedLedgerHead } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import { Digest, type PublicKeyHex } from '#shared/ids.ts';
import type { Ledger } from '../privacy/ledger.ts';
import type { GateIdentity } from '../review/gate-ports.ts';

export interface LedgerAnchor {
  /** What a pull answered. A head of this bank that is not in the ledger blocks it. */
  noted(own: SignedLedgerHead | null): void;
  /**
   * Resolves once the hub holds the ledger as it stands. Throws `ledger-broken` where the hub knows a later one,
   * `signature-invalid` where it answers what this bank never signed, `busy` where it keeps another one.
   */
  beforeSending(): Promise<void>;
}

export interface LedgerAnchorOptions {
  readonly ledger: Pick<Ledger, 'head' | 'noteHubHead' | 'isOwnHead'>;
  readonly hub: () => Promise<Pick<FederationClient, 'anchorLedger'>>;
  readonly identity: () => GateIdentity & { readonly publicKey: PublicKeyHex };
  readonly log: Log;
  /** The ledger turned out to be older than what the hub holds. */
  readonly onOlder: (head: Digest) => void;
  /** Throws what blocks every sending. */
  readonly requireSound: () => void;
}

/** A head that another process of this bank anchored in between is taken over once; then something else is wrong. */
const TRIES = 3;

export function createLedgerAnchor(options: LedgerAnchorOptions): LedgerAnchor {
  const { ledger, identity, log } = options;
  /** What the hub held when it was heard last. */
  let held: Digest | null = null;
  const isOurs = ({ statement, signature }: SignedLedgerHead): boolean => {
    const { bankId, publicKey } = identity();
    return (
      statement.bankId === bankId &&
      verifyStatement(publicKey, 'ledger-head', { document: statement, signature })
    );
  };
  const compare = ({ statement: { head } }: SignedLedgerHead): void => {
    held = head;
    if (ledger.isOwnHead(head)) return;
    ledger.noteHubHead(head);
    options.onOlder(head);
  };
  return {
    noted: (own) => {
      if (own === null) return;
      if (isOurs(own)) compare(own);
      else log.warn('ledger-head.not-ours', {});
    },
    beforeSending: async () => {
      for (let tries = 0; tries < TRIES; tries++) {
        const { hash, sequence } = ledger.head();
        if (sequence === 0 || hash === held) return;
        const calls = await options.hub();
        const answer = await calls.anchorLedger({ anchored: sign(identity(), hash), replaces: held });
        if (!isOurs(answer))
          throw new FailureError(
            'signature-invalid',
            'The hub answers a ledger head that this bank never signed',
          );
        compare(answer);
        options.requireSound();
        if (answer.statement.head === hash) return;
      }
      throw new FailureError('busy', 'The hub keeps another head of this ledger');
    },
  };
}

function sign({ bankId, privateKey }: GateIdentity, hash: string): SignedLedgerHead {
  const statement = { bankId, head: Digest.parse(hash) };
  return { statement, signature: signStatement(privateKey, 'ledger-head', statement) };
}

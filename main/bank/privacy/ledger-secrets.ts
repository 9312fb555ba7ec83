/** The ledger's key and its mirrored head in the key store of this machine. */
import { z } from 'zod';
import type { Random, Secrets } from '#main/platform/ports.ts';
import { type MirroredHead, SealedMark } from './mark.ts';
import type { LedgerMirror } from './kept-head.ts';

const KEY = 'ledger-mac-key';
const HEAD = 'ledger-head';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Head = z.strictObject({
  sequence: z.int().min(0),
  hash: Hash,
  mark: SealedMark.exactOptional(),
  foreign: Hash.exactOptional(),
});

/** The key of this store's ledger, made at its first use. Losing it makes an existing ledger unverifiable, on purpose. */
export function ledgerMacKey(secrets: Secrets, random: Random): Uint8Array {
  const known = secrets.read(KEY);
  if (known !== undefined) return known;
  const made = random.bytes(32);
  secrets.write(KEY, made);
  return made;
}

export function secretsMirror(secrets: Secrets): LedgerMirror {
  return {
    readMirroredHead: () => {
      const bytes = secrets.read(HEAD);
      return bytes === undefined ? undefined : parseHead(bytes);
    },
    mirrorHead: (head) => {
      secrets.write(HEAD, new TextEncoder().encode(JSON.stringify(head)));
    },
  };
}

function parseHead(bytes: Uint8Array): MirroredHead | 'damaged' {
  const text = new TextDecoder().decode(bytes);
  try {
    const head = Head.safeParse(JSON.parse(text));
    return head.success ? head.data : 'damaged';
  } catch {
    return 'damaged';
  }
}

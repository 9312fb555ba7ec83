/** The ledger's key and its mirrored head in the key store of this machine. */
import { z } from 'zod';
import type { Random, Secrets } from '#main/platform/ports.ts';
import type { LedgerHead } from './chain.ts';
import type { LedgerMirror } from './reader.ts';

const KEY = 'ledger-mac-key';
const HEAD = 'ledger-head';

const Head = z.strictObject({ sequence: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) });

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
    mirrorHead: ({ sequence, hash }) => {
      secrets.write(HEAD, new TextEncoder().encode(JSON.stringify({ sequence, hash })));
    },
  };
}

/** A damaged head throws: without it an old copy of the ledger could not be told from the newest. */
function parseHead(bytes: Uint8Array): LedgerHead {
  return Head.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

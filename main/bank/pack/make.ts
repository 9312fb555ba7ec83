/** Makes the one file that a regulator gets: everything that was signed and chained, under the bank's own signature. */
import type { KeyObject } from 'node:crypto';
import { digestOf, signStatement } from '#main/wire/identity.ts';
import { canonicalJson } from '#shared/canonical.ts';
import type { Digest } from '#shared/ids.ts';
import type { Pack, SignedPack } from './format.ts';

export interface PackFile {
  readonly name: string;
  readonly text: string;
  readonly digest: Digest;
}

export function packFile(pack: Pack, privateKey: KeyObject): PackFile {
  const digest = digestOf(pack);
  const { publicKey: bankKey } = pack.bank;
  const signed: SignedPack = {
    pack,
    digest,
    signature: signStatement(privateKey, 'pack', { bankKey, digest }),
  };
  const day = pack.madeAt.slice(0, 10);
  return {
    name: `parley-pack-${day}-${digest.slice(0, 8)}.json`,
    text: `${canonicalJson(signed)}\n`,
    digest,
  };
}

/** Forged packs: a real one changed in one way, by somebody who has a certain key, and made as whole again as that key allows. */
import { z } from 'zod';
import { canonicalJson, type Canonical } from '#shared/canonical.ts';
import { Digest } from '#shared/ids.ts';
import type { Pack } from '#main/bank/pack/format.ts';
import { digestOf, type KeyPair, keyPairFromSeed, signStatement } from '#main/wire/identity.ts';
import type { PackWorld } from '../pack-world.ts';

/** The same value, writable, with plain strings for the branded ones. */
export type Open<T> = T extends string
  ? string
  : T extends readonly (infer Item)[]
    ? Open<Item>[]
    : T extends object
      ? { -readonly [K in keyof T]: Open<T[K]> }
      : T;
export type OpenPack = Open<Pack>;

export interface Forgery {
  readonly pack: OpenPack;
  /** Of the same bank, before its second run. */
  readonly earlier: OpenPack;
  /** Of another bank of the same runs. */
  readonly neighbour: OpenPack;
  readonly key: KeyPair;
  readonly stranger: KeyPair;
}

interface Named {
  readonly name: string;
  /** What the verifier has to say. */
  readonly reason: RegExp;
}

/**
 * `content`: the pack itself, signed anew with the bank's own key, the strongest forger there is; `chains` are rebuilt too
 * where named. `text`: the file as it lies on a disk.
 */
export type Mutation =
  | (Named & {
      readonly of: 'content';
      readonly rebuilt?: 'ledger' | 'audit';
      readonly change: (forgery: Forgery) => void;
    })
  | (Named & { readonly of: 'text'; readonly change: (text: string, forgery: Forgery) => string });

export const STRANGER = keyPairFromSeed(new Uint8Array(32).fill(66));

export function openPack(text: string): OpenPack {
  return (JSON.parse(text) as { pack: OpenPack }).pack;
}

/** The forged file. */
export function forge(mutation: Mutation, world: PackWorld): string {
  const forgery = {
    pack: openPack(world.whole),
    earlier: openPack(world.earlier),
    neighbour: openPack(world.neighbour),
    key: world.key,
    stranger: STRANGER,
  };
  if (mutation.of === 'text') return mutation.change(world.whole, forgery);
  mutation.change(forgery);
  if (mutation.rebuilt === 'ledger') rebuildLedger(forgery.pack);
  if (mutation.rebuilt === 'audit') rebuildAudit(forgery.pack);
  return signedBy(world.key, forgery.pack);
}

/** The file with a fresh digest and this key's signature. The key named in the pack stays. */
export function signedBy({ privateKey, publicKey }: KeyPair, pack: OpenPack): string {
  const digest = digestOf({ ...pack });
  const signature = signStatement(privateKey, 'pack', { bankKey: publicKey, digest });
  return `${canonicalJson({ pack: { ...pack }, digest, signature })}\n`;
}

const GENESIS = '0'.repeat(64);

export function rebuildLedger(pack: OpenPack): void {
  let [previousHash, previousMac] = [GENESIS, GENESIS];
  for (const [i, row] of pack.ledger.entries()) {
    Object.assign(row, { sequence: i + 1, previousMac });
    const { sequence, at, kind, body, mac } = row;
    const content = { sequence, at, kind, body, mac, previousMac };
    row.hash = digestOf({ format: 'parley/pack-ledger/1', ...content, previousHash });
    [previousHash, previousMac] = [row.hash, mac];
  }
}

export function rebuildAudit(pack: OpenPack): void {
  let previous_hash = GENESIS;
  for (const [i, entry] of pack.audit.entries()) {
    entry.sequence = i + 1;
    const { sequence, at, actor, action, detail } = entry;
    entry.hash = digestOf({ sequence, at, actor, action, detail, previous_hash });
    previous_hash = entry.hash;
  }
}

/** Changes the text of a ledger or audit entry as the object that it is. */
export function rewrite<K extends string>(
  entry: Record<K, string | null>,
  field: K,
  change: Readonly<Record<string, Canonical>>,
): void {
  entry[field] = canonicalJson({ ...fieldsOf(entry[field] ?? '{}'), ...change });
}

export function fieldsOf(json: string): Readonly<Record<string, Canonical>> {
  return z.record(z.string(), z.json()).parse(JSON.parse(json));
}

/** The item that a test needs; a scenario without it would show nothing. */
export function found<T>(item: T | undefined): T {
  if (item === undefined) throw new Error('the scenario lacks what this mutation changes');
  return item;
}

export function otherDigest(digest: string): Digest {
  return Digest.parse(`${digest.startsWith('0') ? '1' : '0'}${digest.slice(1)}`);
}

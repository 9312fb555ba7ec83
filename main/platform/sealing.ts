/**
 * Sealing of small secrets: AES-256-GCM under a key, and scrypt keys from passphrases. Not here: where anything is kept,
 * and whose secret it is.
 */
import { createCipheriv, createDecipheriv, scrypt, scryptSync } from 'node:crypto';
import { z } from 'zod';
import type { Random } from './ports.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** Parameters of one derivation, kept beside what it seals: a later choice does not lock out what an earlier one sealed. */
export const ScryptParameters = z.strictObject({
  kind: z.literal('scrypt'),
  cost: z
    .int()
    .min(2 ** 14)
    .max(2 ** 22),
  blockSize: z.int().min(1).max(32),
  parallelization: z.int().min(1).max(16),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
});
export type ScryptParameters = z.infer<typeof ScryptParameters>;

/** `cost` is N of scrypt, a power of two; block size 8, 128·8·N bytes of memory. */
export function newScryptParameters(random: Random, cost: number): ScryptParameters {
  const salt = Buffer.from(random.bytes(SALT_BYTES)).toString('hex');
  return { kind: 'scrypt', cost, blockSize: 8, parallelization: 1, salt };
}

/** 32 bytes; blocks the thread while it computes. */
export function deriveKey(passphrase: string, parameters: ScryptParameters): Uint8Array {
  return scryptSync(passphrase.normalize('NFKC'), saltOf(parameters), KEY_BYTES, costsOf(parameters));
}

/** The same on a thread of the pool, for a process that answers others meanwhile. */
export function deriveKeyAside(passphrase: string, parameters: ScryptParameters): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), saltOf(parameters), KEY_BYTES, costsOf(parameters), (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function saltOf({ salt }: ScryptParameters): Buffer {
  return Buffer.from(salt, 'hex');
}

function costsOf({ cost, blockSize, parallelization }: ScryptParameters) {
  return { cost, blockSize, parallelization, maxmem: 256 * cost * blockSize };
}

export interface Sealing {
  /** Bound to what is sealed as associated data, so that sealed texts can't be swapped. */
  readonly name: string;
  readonly key: Uint8Array;
}

/** nonce ‖ tag ‖ ciphertext. */
export function seal(
  value: Uint8Array,
  { name, key, random }: Sealing & { readonly random: Random },
): Uint8Array {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(value), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** undefined: sealed under another key or name, or changed since; GCM does not tell which. */
export function openSealed(sealed: Uint8Array, { name, key }: Sealing): Uint8Array | undefined {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  if (tag.length < TAG_BYTES) return undefined;
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(name))
    .setAuthTag(tag);
  const opened = cipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
  try {
    return new Uint8Array(Buffer.concat([opened, cipher.final()]));
  } catch {
    // the tag does not match: the caller says what that means to its person
    return undefined;
  }
}

/**
 * Named secrets in files of mode 0600 under home/keys. With a key (from a passphrase, or one that the operating system's
 * key store guards) each file is AES-256-GCM with its name as associated data, so that files can't be swapped.
 */
import { createCipheriv, createDecipheriv, scryptSync } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { FailureError } from '#shared/failure.ts';
import { makePrivateDirectory, readFileIfPresent, writeFileDurably } from './files.ts';
import type { Random, Secrets } from './ports.ts';

export type SecretsKey =
  | { readonly kind: 'none' }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  /** 32 bytes that the desktop app keeps with Electron's safeStorage. */
  | { readonly kind: 'operating-system'; readonly key: Uint8Array };

export interface SecretsOptions {
  readonly directory: string;
  readonly key: SecretsKey;
  readonly random: Random;
}

/** First byte of every file: how the rest is kept. */
const PLAIN = 0;
const SEALED = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NAME = /^[a-z][a-z0-9-]{0,60}$/;

/** OWASP's first choice for scrypt: 128 MiB of memory, about a third of a second, once a start. */
const SCRYPT = { cost: 2 ** 17, blockSize: 8, parallelization: 1 };
const ScryptFile = z.strictObject({
  kind: z.literal('scrypt'),
  cost: z
    .int()
    .min(2 ** 14)
    .max(2 ** 22),
  blockSize: z.int().min(1).max(32),
  parallelization: z.int().min(1).max(16),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
});
type ScryptFile = z.infer<typeof ScryptFile>;

/**
 * Throws `passphrase-wrong` at the first `read` of a secret that another passphrase sealed, or that needs one and there
 * is none: a start must fail loudly rather than make a second identity.
 */
export function createSecrets(options: SecretsOptions): Secrets {
  makePrivateDirectory(options.directory);
  const key = sealingKey(options);
  const fileOf = (name: string): string => path.join(options.directory, `${checkedName(name)}.key`);
  return {
    protection: protectionOf(options.key),
    read: (name) => {
      const content = readFileIfPresent(fileOf(name));
      return content === undefined ? undefined : open(content, { name, key });
    },
    write: (name, value) => {
      const content = key === undefined ? plain(value) : seal(value, { name, key, random: options.random });
      writeFileDurably(fileOf(name), content);
    },
  };
}

function protectionOf(key: SecretsKey): Secrets['protection'] {
  return key.kind === 'none' ? 'file-mode-only' : key.kind;
}

function sealingKey(options: SecretsOptions): Uint8Array | undefined {
  switch (options.key.kind) {
    case 'none':
      return undefined;
    case 'operating-system':
      return options.key.key;
    case 'passphrase':
      return derive(options.key.passphrase, scryptParameters(options));
  }
}

/** The salt is made once and kept beside the secrets. */
function scryptParameters(options: SecretsOptions): ScryptFile {
  const file = path.join(options.directory, 'passphrase.json');
  const kept = readFileIfPresent(file);
  if (kept !== undefined) return ScryptFile.parse(JSON.parse(Buffer.from(kept).toString('utf8')));
  const salt = Buffer.from(options.random.bytes(16)).toString('hex');
  const made: ScryptFile = { kind: 'scrypt', ...SCRYPT, salt };
  writeFileDurably(file, `${JSON.stringify(made)}\n`);
  return made;
}

function derive(passphrase: string, { cost, blockSize, parallelization, salt }: ScryptFile): Uint8Array {
  const memory = { maxmem: 256 * cost * blockSize };
  const saltBytes = Buffer.from(salt, 'hex');
  return scryptSync(passphrase.normalize('NFKC'), saltBytes, 32, {
    cost,
    blockSize,
    parallelization,
    ...memory,
  });
}

function plain(value: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(PLAIN), value]);
}

interface Sealing {
  readonly name: string;
  readonly key: Uint8Array;
  readonly random: Random;
}

/** SEALED ‖ nonce ‖ tag ‖ ciphertext. */
function seal(value: Uint8Array, { name, key, random }: Sealing): Uint8Array {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
  const body = Buffer.concat([cipher.update(value), cipher.final()]);
  return Buffer.concat([Uint8Array.of(SEALED), nonce, cipher.getAuthTag(), body]);
}

interface Opening {
  readonly name: string;
  readonly key: Uint8Array | undefined;
}

function open(content: Uint8Array, { name, key }: Opening): Uint8Array {
  if (content[0] === PLAIN) return content.slice(1);
  if (key === undefined) throw wrongPassphrase(`The key "${name}" is protected and no passphrase was given`);
  const nonce = content.subarray(1, 1 + NONCE_BYTES);
  const tag = content.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
  const body = content.subarray(1 + NONCE_BYTES + TAG_BYTES);
  if (content[0] !== SEALED || tag.length < TAG_BYTES)
    throw wrongPassphrase(`The file of the key "${name}" is damaged`);
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(name))
    .setAuthTag(tag);
  const opened = cipher.update(body);
  try {
    return new Uint8Array(Buffer.concat([opened, cipher.final()]));
  } catch {
    // GCM tells only that the tag does not match: another key, or a changed file
    throw wrongPassphrase(`The key "${name}" does not open with this passphrase or key store`);
  }
}

function wrongPassphrase(message: string): FailureError {
  return new FailureError('passphrase-wrong', message);
}

function checkedName(name: string): string {
  if (!NAME.test(name)) throw new RangeError(`not a secret's name: ${name.slice(0, 80)}`);
  return name;
}

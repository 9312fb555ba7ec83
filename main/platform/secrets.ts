/**
 * Named secrets in files of mode 0600 under home/keys. With a key (from a passphrase, or one that the operating system's
 * key store guards) each file is AES-256-GCM with its name as associated data, so that files can't be swapped.
 */
import path from 'node:path';
import { FailureError } from '#shared/failure.ts';
import { makePrivateDirectory, readFileIfPresent, writeFileDurably } from './files.ts';
import type { Random, Secrets } from './ports.ts';
import { deriveKey, newScryptParameters, openSealed, ScryptParameters, seal } from './sealing.ts';

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
const NAME = /^[a-z][a-z0-9-]{0,60}$/;

/** OWASP's first choice for scrypt: 128 MiB of memory, about a third of a second, once a start. */
const SCRYPT_COST = 2 ** 17;

/**
 * Throws `passphrase-wrong` at the first `read` of a secret that another passphrase sealed, or that needs one and there
 * is none: a start must fail loudly rather than make a second identity.
 */
export function createSecrets(options: SecretsOptions): Secrets {
  makePrivateDirectory(options.directory);
  const key = sealingKey(options);
  const { random } = options;
  const fileOf = (name: string): string => path.join(options.directory, `${checkedName(name)}.key`);
  return {
    protection: protectionOf(options.key),
    read: (name) => {
      const content = readFileIfPresent(fileOf(name));
      return content === undefined ? undefined : open(content, { name, key });
    },
    write: (name, value) => {
      const content =
        key === undefined ? marked(PLAIN, value) : marked(SEALED, seal(value, { name, key, random }));
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
      return deriveKey(options.key.passphrase, scryptParameters(options));
  }
}

/** The salt is made once and kept beside the secrets. */
function scryptParameters(options: SecretsOptions): ScryptParameters {
  const file = path.join(options.directory, 'passphrase.json');
  const kept = readFileIfPresent(file);
  if (kept !== undefined) return ScryptParameters.parse(JSON.parse(Buffer.from(kept).toString('utf8')));
  const made = newScryptParameters(options.random, SCRYPT_COST);
  writeFileDurably(file, `${JSON.stringify(made)}\n`);
  return made;
}

function marked(how: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(how), content]);
}

interface Opening {
  readonly name: string;
  readonly key: Uint8Array | undefined;
}

function open(content: Uint8Array, { name, key }: Opening): Uint8Array {
  if (content[0] === PLAIN) return content.slice(1);
  if (key === undefined) throw wrongPassphrase(`The key "${name}" is protected and no passphrase was given`);
  if (content[0] !== SEALED) throw wrongPassphrase(`The file of the key "${name}" is damaged`);
  const opened = openSealed(content.subarray(1), { name, key });
  if (opened !== undefined) return opened;
  throw wrongPassphrase(`The key "${name}" does not open with this passphrase or key store`);
}

function wrongPassphrase(message: string): FailureError {
  return new FailureError('passphrase-wrong', message);
}

function checkedName(name: string): string {
  if (!NAME.test(name)) throw new RangeError(`not a secret's name: ${name.slice(0, 80)}`);
  return name;
}

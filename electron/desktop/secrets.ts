/**
 * The key that seals the bank's keys, kept by the operating system's key store through safeStorage. It is made once,
 * stored encrypted in home/keys, and handed to the backend process at its start; the page never sees it.
 */
import path from 'node:path';
import { safeStorage } from 'electron';
import { FailureError } from '#shared/failure.ts';
import { makePrivateDirectory, readFileIfPresent, writeFileDurably } from '../../main/platform/files.ts';
import type { Random } from '../../main/platform/ports.ts';
import type { SecretsKey } from '../../main/platform/secrets.ts';

export interface KeyStoreOptions {
  /** home/keys. */
  readonly directory: string;
  readonly platform: NodeJS.Platform;
  readonly random: Random;
}

/**
 * Without a real key store the keys are protected by their file mode alone, and Settings says so. Throws
 * `passphrase-wrong` when a key was stored and can't be read back: going on would make a second identity.
 */
export async function systemKey(options: KeyStoreOptions): Promise<SecretsKey> {
  const file = path.join(options.directory, 'system.sealed');
  const sealed = readFileIfPresent(file);
  if (!(await hasKeyStore(options.platform))) {
    if (sealed !== undefined) throw unreadable('there is no key store in this session');
    return { kind: 'none' };
  }
  if (sealed !== undefined) return { kind: 'operating-system', key: await unseal(sealed) };
  const key = options.random.bytes(32);
  makePrivateDirectory(options.directory);
  writeFileDurably(file, await safeStorage.encryptStringAsync(Buffer.from(key).toString('hex')));
  return { kind: 'operating-system', key };
}

/** On Linux without a secret service Electron "encrypts" with a password that stands in its source. */
async function hasKeyStore(platform: NodeJS.Platform): Promise<boolean> {
  if (platform === 'linux' && WEAK_BACKENDS.has(safeStorage.getSelectedStorageBackend())) return false;
  return safeStorage.isAsyncEncryptionAvailable();
}

const WEAK_BACKENDS: ReadonlySet<string> = new Set(['basic_text', 'unknown']);

async function unseal(sealed: Uint8Array): Promise<Uint8Array> {
  const { result } = await decrypt(sealed);
  const key = Buffer.from(result, 'hex');
  if (key.length !== 32) throw unreadable('the stored key is damaged');
  return new Uint8Array(key);
}

async function decrypt(sealed: Uint8Array): Promise<{ result: string }> {
  try {
    return await safeStorage.decryptStringAsync(Buffer.from(sealed));
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : 'it does not open');
  }
}

function unreadable(why: string): FailureError {
  return new FailureError(
    'passphrase-wrong',
    `The key store of this computer does not give Parley's key: ${why}`,
  );
}

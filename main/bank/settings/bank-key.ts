/** The bank's own Ed25519 key: made here, kept in Secrets, never anywhere else. */
import { fingerprint, type KeyPair, keyPairFromSeed, newKeySeed } from '#main/wire/identity.ts';
import type { Random, Secrets } from '#main/platform/ports.ts';
import { FailureError } from '#shared/failure.ts';

const SEED = 'bank-key-seed';

export interface BankKey {
  /** undefined before the first steps are finished. */
  known(): KeyPair | undefined;
  /** Throws `not-set-up`. */
  required(): KeyPair;
  create(): KeyPair;
  fingerprint(): string;
}

export function createBankKey(secrets: Secrets, random: Random): BankKey {
  let pair: KeyPair | undefined;
  const known = (): KeyPair | undefined => {
    if (pair !== undefined) return pair;
    const seed = secrets.read(SEED);
    pair = seed === undefined ? undefined : keyPairFromSeed(seed);
    return pair;
  };
  const required = (): KeyPair => {
    const key = known();
    if (key === undefined) throw new FailureError('not-set-up', 'This bank has no key yet');
    return key;
  };
  return {
    known,
    required,
    create: () => {
      if (known() === undefined) secrets.write(SEED, newKeySeed(random));
      return required();
    },
    fingerprint: () => fingerprint(required().publicKey),
  };
}

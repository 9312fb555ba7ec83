/**
 * The private keys of reviewers: made here, sealed under the reviewer's own passphrase, opened for one signature. Neither
 * key nor passphrase is kept, logged or audited; guessing is slowed down by scrypt and by a limit a minute.
 */
import type { KeyObject } from 'node:crypto';
import type { Clock, Random } from '#main/platform/ports.ts';
import { deriveKeyAside, newScryptParameters, openSealed, seal } from '#main/platform/sealing.ts';
import { keyPairFromSeed, newKeySeed } from '#main/wire/identity.ts';
import { FailureError } from '#shared/failure.ts';
import type { PublicKeyHex, ReviewerId } from '#shared/ids.ts';
import type { ReviewerCredential } from '#shared/round/reviewer-view.ts';
import type { ReviewerRecord, ReviewerStore, SealedKey } from '../store/reviewers.ts';

/** A reviewer whose passphrase was right a moment ago. */
export interface Signer {
  readonly reviewerId: ReviewerId;
  readonly name: string;
  readonly publicKey: PublicKeyHex;
  readonly privateKey: KeyObject;
}

export interface ReviewerKeys {
  make(reviewerId: ReviewerId, passphrase: string): Promise<MadeKey>;
  /** Throws `reviewer-refused`: no such reviewer, a wrong passphrase, or too many of them within a minute. */
  open(credential: ReviewerCredential): Promise<Signer>;
}

export interface MadeKey {
  readonly publicKey: PublicKeyHex;
  readonly sealedKey: SealedKey;
}

export interface ReviewerKeysOptions {
  readonly store: Pick<ReviewerStore, 'find'>;
  readonly clock: Clock;
  readonly random: Random;
  /** N of scrypt for new keys; 2^15 unless stated, less in tests only. */
  readonly scryptCost?: number | undefined;
}

/** N of scrypt: 32 MiB and about a tenth of a second a passphrase, twice for a change that two reviewers sign. */
const SCRYPT_COST = 2 ** 15;
const ATTEMPTS = 5;
const ATTEMPTS_WITHIN_MS = 60_000;

export function createReviewerKeys(options: ReviewerKeysOptions): ReviewerKeys {
  const { store, clock, random, scryptCost = SCRYPT_COST } = options;
  const attempts = createAttempts(clock);
  return {
    make: async (reviewerId, passphrase) => {
      const derivation = newScryptParameters(random, scryptCost);
      const key = await deriveKeyAside(passphrase, derivation);
      const seed = newKeySeed(random);
      const { publicKey } = keyPairFromSeed(seed);
      const sealed = Buffer.from(seal(seed, { name: sealName(reviewerId), key, random })).toString('hex');
      forget(seed, key);
      return { publicKey, sealedKey: { derivation, sealed } };
    },
    open: async ({ reviewerId, passphrase }) => {
      const record = store.find(reviewerId);
      if (record === undefined || record.sealedKey === null)
        throw new FailureError('reviewer-refused', 'There is no such reviewer', { reviewerId });
      // Counted before the work, so that guesses made side by side are counted too.
      attempts.begin(record);
      const privateKey = await openKey(record, record.sealedKey, passphrase);
      attempts.succeeded(reviewerId);
      return { reviewerId, name: record.name, publicKey: record.publicKey, privateKey };
    },
  };
}

function sealName(reviewerId: ReviewerId): string {
  return `reviewer ${reviewerId}`;
}

async function openKey(
  { reviewerId, name, publicKey }: ReviewerRecord,
  { derivation, sealed }: SealedKey,
  passphrase: string,
): Promise<KeyObject> {
  const key = await deriveKeyAside(passphrase, derivation);
  const seed = openSealed(Buffer.from(sealed, 'hex'), { name: sealName(reviewerId), key });
  const pair = seed === undefined ? undefined : keyPairFromSeed(seed);
  forget(key, seed);
  if (pair?.publicKey === publicKey) return pair.privateKey;
  throw new FailureError('reviewer-refused', `This is not the passphrase of ${name}`, { reviewerId });
}

function forget(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

interface Attempts {
  /** Throws `reviewer-refused` when this reviewer's passphrase was tried too often. */
  begin(reviewer: Pick<ReviewerRecord, 'reviewerId' | 'name'>): void;
  succeeded(reviewerId: ReviewerId): void;
}

/** In memory: a guesser who can restart the process has the file, where only scrypt stands in the way. */
function createAttempts(clock: Pick<Clock, 'monotonic'>): Attempts {
  const tried = new Map<ReviewerId, readonly number[]>();
  return {
    begin: ({ reviewerId, name }) => {
      const now = clock.monotonic();
      const recent = (tried.get(reviewerId) ?? []).filter((at) => now - at < ATTEMPTS_WITHIN_MS);
      const [first = now] = recent;
      if (recent.length >= ATTEMPTS) {
        const seconds = Math.ceil((first + ATTEMPTS_WITHIN_MS - now) / 1000);
        throw new FailureError(
          'reviewer-refused',
          `${String(ATTEMPTS)} passphrases of ${name} were wrong within a minute; try again in ${String(seconds)} s`,
          { reviewerId, waitSeconds: seconds },
        );
      }
      tried.set(reviewerId, [...recent, now]);
    },
    succeeded: (reviewerId) => void tried.delete(reviewerId),
  };
}

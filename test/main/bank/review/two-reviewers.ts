/** Three reviewers of a test bank, of whom two sign. Their keys are seeds: that a passphrase opens one is tested elsewhere. */
import { idFromBytes, ReviewerId, UtcTime } from '#shared/ids.ts';
import type { Signer } from '#main/bank/settings/reviewer-keys.ts';
import type { SealedKey } from '#main/bank/store/reviewers.ts';
import { keyPairFromSeed } from '#main/wire/identity.ts';
import type { GateFixture } from './gate-fixture.ts';

export interface ThreeReviewers {
  readonly ada: Signer;
  readonly ben: Signer;
  readonly cem: Signer;
}

const NO_PASSPHRASE: SealedKey = {
  derivation: { kind: 'scrypt', cost: 2 ** 14, blockSize: 8, parallelization: 1, salt: '0'.repeat(32) },
  sealed: '00',
};

function enter({ reviewerStore }: Pick<GateFixture, 'reviewerStore'>, name: string, number: number): Signer {
  const reviewerId = idFromBytes('rvw', ReviewerId, new Uint8Array(26).fill(number));
  const { publicKey, privateKey } = keyPairFromSeed(new Uint8Array(32).fill(100 + number));
  const addedAt = UtcTime.parse('2026-11-24T08:00:00.000Z');
  reviewerStore.add({ reviewerId, name, publicKey, addedAt, sealedKey: NO_PASSPHRASE });
  return { reviewerId, name, publicKey, privateKey };
}

/** Adds Ada, Ben and Cem, and lets two decide from now on. */
export async function enterTwo(
  fixture: Pick<GateFixture, 'reviewers' | 'reviewerStore' | 'gate'>,
): Promise<ThreeReviewers> {
  const three = {
    ada: enter(fixture, 'Ada', 1),
    ben: enter(fixture, 'Ben', 2),
    cem: enter(fixture, 'Cem', 3),
  };
  const onChange = (): void => {
    fixture.gate.reviewModeChanged();
  };
  await fixture.reviewers.setMode({ mode: 'two', reason: '', countersigned: [], onChange });
  return three;
}

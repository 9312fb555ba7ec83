/** Whether this store may charge and send at all: its ledger and its audit verify. */
import { FailureError } from '#shared/failure.ts';
import type { Audit } from '../audit/record.ts';
import type { Ledger } from '../privacy/ledger.ts';
import { faultFailure } from '../privacy/words.ts';

export interface Soundness {
  /** The reason why nothing is charged or sent; null when all is well. */
  problem(): FailureError | null;
  /** Throws the problem. */
  require(): void;
  /** Reads ledger and audit again from the first entry to the last. */
  verify(): void;
}

export function createSoundness(parts: {
  readonly ledger: Pick<Ledger, 'health' | 'verify'>;
  readonly audit: Pick<Audit, 'verify'>;
}): Soundness {
  let audit = parts.audit.verify();
  const problem = (): FailureError | null => {
    const health = parts.ledger.health();
    switch (health.kind) {
      case 'broken':
      case 'rolled-back':
        return faultFailure(health);
      case 'verified':
        return audit.kind === 'verified'
          ? null
          : new FailureError('store-damaged', `The audit does not verify: ${audit.reason}`, {
              atSequence: audit.atSequence,
            });
    }
  };
  return {
    problem,
    require: () => {
      const found = problem();
      if (found !== null) throw found;
    },
    verify: () => {
      parts.ledger.verify();
      audit = parts.audit.verify();
    },
  };
}

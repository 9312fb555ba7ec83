/** What a release is bound to (I3): compared field by field with the held update at every later step. Pure. */
import { z } from 'zod';
import { canonicalJson } from '#shared/canonical.ts';
import type { UpdateHeader } from '#shared/contract/federation.ts';
import { BankId, Digest, RoundId, UpdateId } from '#shared/ids.ts';
import { Mechanism } from '#shared/privacy/mechanism.ts';

/** The charge that stands behind an update: written before its noise was drawn. */
export const ChargeRecord = z.strictObject({
  sequence: z.int(),
  mechanism: Mechanism,
  epsilonBefore: z.number(),
  epsilonAfter: z.number(),
  fromHold: z.int().nullable(),
});
export type ChargeRecord = z.infer<typeof ChargeRecord>;

export const Approval = z.strictObject({
  bankId: BankId,
  roundId: RoundId,
  updateId: UpdateId,
  baseHash: Digest,
  charterHash: Digest,
  payloadHash: Digest,
  byteLength: z.int(),
  /** null: a charter without noise. */
  chargeSequence: z.int().nullable(),
  cost: Mechanism.nullable(),
});
export type Approval = z.infer<typeof Approval>;

export function approvalOf(header: UpdateHeader, charge: ChargeRecord | null): Approval {
  return {
    bankId: header.bankId,
    roundId: header.roundId,
    updateId: header.updateId,
    baseHash: header.baseHash,
    charterHash: header.charterHash,
    payloadHash: header.payloadHash,
    byteLength: header.byteLength,
    chargeSequence: charge?.sequence ?? null,
    cost: charge?.mechanism ?? null,
  };
}

/** The fields in which a stored approval and what is about to be sent differ; empty when they agree. */
export function approvalDifferences(stored: Approval, actual: Approval): readonly string[] {
  return Approval.keyof().options.filter(
    (field) => canonicalJson(stored[field]) !== canonicalJson(actual[field]),
  );
}

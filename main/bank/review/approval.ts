/** What a release is bound to (I3): compared field by field with the held update at every later step. Pure. */
import { z } from 'zod';
import { canonicalJson } from '#shared/canonical.ts';
import type { UpdateHeader } from '#shared/contract/federation.ts';
import { BankId, Digest, ReviewerId, RoundId, UpdateId } from '#shared/ids.ts';
import { Mechanism } from '#shared/privacy/mechanism.ts';

/** The charge that stands behind an update: written before its noise was drawn. ε: of all of it together. */
export const ChargeRecord = z.strictObject({
  sequence: z.int(),
  mechanism: Mechanism,
  epsilonBefore: z.number(),
  epsilonAfter: z.number(),
  fromHold: z.int().nullable(),
  /** The charge of the score histogram that travels with the update; null in a round without one. */
  evaluation: z.strictObject({ sequence: z.int(), mechanism: Mechanism }).nullable().default(null),
});
export type ChargeRecord = z.infer<typeof ChargeRecord>;

/** Entries of the ledger that the update rests on: they share its fate. */
export function chargeSequences(charge: ChargeRecord | null): readonly number[] {
  if (charge === null) return [];
  return charge.evaluation === null ? [charge.sequence] : [charge.sequence, charge.evaluation.sequence];
}

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
  /** null: no score histogram travels with it. */
  evaluationChargeSequence: z.int().nullable().default(null),
  evaluationCost: Mechanism.nullable().default(null),
  /** Reviewers whose signatures over these bytes are kept with the release; empty where one person decided. */
  signers: z.array(ReviewerId).default([]),
});
export type Approval = z.infer<typeof Approval>;

export function approvalOf(
  header: UpdateHeader,
  charge: ChargeRecord | null,
  signers: readonly ReviewerId[] = [],
): Approval {
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
    evaluationChargeSequence: charge?.evaluation?.sequence ?? null,
    evaluationCost: charge?.evaluation?.mechanism ?? null,
    signers: [...signers],
  };
}

/** The fields in which a stored approval and what is about to be sent differ; empty when they agree. */
export function approvalDifferences(stored: Approval, actual: Approval): readonly string[] {
  return Approval.keyof().options.filter(
    (field) => canonicalJson(stored[field]) !== canonicalJson(actual[field]),
  );
}

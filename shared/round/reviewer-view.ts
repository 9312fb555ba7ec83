/**
 * Four eyes: the named reviewers of a bank and what they signed. A passphrase opens a reviewer's own signing key for one
 * signature and is kept nowhere.
 */
import { z } from 'zod';
import { Digest, PublicKeyHex, ReviewerId, SignatureHex, UpdateId, UtcTime } from '../ids.ts';

/** `one`: the analyst alone decides. `two`: two named reviewers sign every release by hand and every loosening. */
export const ReviewMode = z.enum(['one', 'two']);
export type ReviewMode = z.infer<typeof ReviewMode>;

export const ReviewerCredential = z.strictObject({
  reviewerId: ReviewerId,
  passphrase: z.string().min(1).max(1000),
});
export type ReviewerCredential = z.infer<typeof ReviewerCredential>;

/** Empty in mode `one`; two different reviewers in mode `two`. */
export const Countersigned = z.array(ReviewerCredential).max(2).default([]);

export const ReviewerView = z.object({
  reviewerId: ReviewerId,
  name: z.string(),
  publicKey: PublicKeyHex,
  fingerprint: z.string(),
  addedAt: UtcTime,
  /** Reviewers that were removed stay named in what they signed. */
  isActive: z.boolean(),
});
export type ReviewerView = z.infer<typeof ReviewerView>;

/** What a reviewer signs: exactly what was shown and what it allows (I3, I14). */
export const ReviewStatement = z.strictObject({
  updateId: UpdateId,
  payloadHash: Digest,
  /** SHA-256 of the canonical JSON of the release scope. */
  scopeHash: Digest,
  reviewerId: ReviewerId,
  reviewer: z.string(),
  at: UtcTime,
});
export type ReviewStatement = z.infer<typeof ReviewStatement>;

export const SignedReviewStatement = z.strictObject({
  statement: ReviewStatement,
  publicKey: PublicKeyHex,
  signature: SignatureHex,
});
export type SignedReviewStatement = z.infer<typeof SignedReviewStatement>;

/** What a reviewer signs where a change loosens: a policy, the budget, the reviewers themselves. */
export const ChangeStatement = z.strictObject({
  /** Action of the audit entry that carries the statement. */
  action: z.string(),
  /** SHA-256 of the canonical JSON of the change as that entry tells it, without the signatures. */
  changeHash: Digest,
  reviewerId: ReviewerId,
  reviewer: z.string(),
  at: UtcTime,
});
export type ChangeStatement = z.infer<typeof ChangeStatement>;

export const SignedChangeStatement = z.strictObject({
  statement: ChangeStatement,
  publicKey: PublicKeyHex,
  signature: SignatureHex,
});
export type SignedChangeStatement = z.infer<typeof SignedChangeStatement>;

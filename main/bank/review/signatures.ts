/**
 * Four eyes: what each reviewer signed about a held update, and which signatures together release it. The first is stored
 * and survives a restart; the deciding one lives with the countdown and is written in the commit of the release, where all
 * are verified again, so that a quit, a crash or Undo before it leaves nothing released.
 */
import { digestOf, signStatement, verifyStatement } from '#main/wire/identity.ts';
import { FailureError } from '#shared/failure.ts';
import type { Digest, PublicKeyHex, ReviewerId, UpdateId, UtcTime } from '#shared/ids.ts';
import type { ReviewMode, ReviewStatement } from '#shared/round/reviewer-view.ts';
import type { ReleaseScope, ReviewSignatures } from '#shared/round/review-view.ts';
import type { Signer } from '../settings/reviewer-keys.ts';
import type { GivenSignature } from '../store/review-signatures.ts';
import type { Approval } from './approval.ts';
import type { HeldUpdate } from './store.ts';

/** Reviewers that a release by hand takes. */
export const NEEDED_SIGNATURES: Readonly<Record<ReviewMode, 1 | 2>> = { one: 1, two: 2 };

/** Exactly what is released: these bytes, under this scope. */
export interface SignedFor {
  readonly updateId: UpdateId;
  /** SHA-256 of the held bytes, computed now. */
  readonly digest: Digest;
  readonly scope: ReleaseScope;
}

/** The bytes as they are now, not the digest they were held with. */
export function signedFor(held: Pick<HeldUpdate, 'updateId' | 'payload'>, scope: ReleaseScope): SignedFor {
  return { updateId: held.updateId, digest: digestOf(held.payload), scope };
}

export type ActiveKey = (reviewerId: ReviewerId) => PublicKeyHex | undefined;

export function signRelease(
  signer: Signer,
  released: SignedFor & { readonly note: string; readonly at: UtcTime },
): GivenSignature {
  const { updateId, digest: payloadHash, scope, note, at } = released;
  const { reviewerId, name: reviewer, publicKey, privateKey } = signer;
  const scopeHash = scopeHashOf(scope);
  const statement: ReviewStatement = { updateId, payloadHash, scopeHash, reviewerId, reviewer, at };
  return {
    signed: { statement, publicKey, signature: signStatement(privateKey, 'review', statement) },
    scope,
    note,
  };
}

export function scopeHashOf(scope: ReleaseScope): Digest {
  return digestOf(scope.kind === 'rounds' ? { ...scope, limits: { ...scope.limits } } : { ...scope });
}

/** Those that stand for these very bytes and this scope, by reviewers who may sign now; at most one of each. */
export function validSignatures(
  given: readonly GivenSignature[],
  released: SignedFor,
  activeKey: ActiveKey,
): readonly GivenSignature[] {
  const scopeHash = scopeHashOf(released.scope);
  const byReviewer = new Map<ReviewerId, GivenSignature>();
  for (const one of given) {
    const { statement, publicKey, signature } = one.signed;
    const stands =
      statement.updateId === released.updateId &&
      statement.payloadHash === released.digest &&
      statement.scopeHash === scopeHash &&
      activeKey(statement.reviewerId) === publicKey &&
      verifyStatement(publicKey, 'review', { document: statement, signature });
    if (stands) byReviewer.set(statement.reviewerId, one);
  }
  return [...byReviewer.values()];
}

/** Throws `second-reviewer-needed` unless enough different reviewers signed exactly this. */
export function requireSignatures(
  mode: ReviewMode,
  given: readonly GivenSignature[],
  verified: { readonly released: SignedFor; readonly activeKey: ActiveKey },
): void {
  const needed = NEEDED_SIGNATURES[mode];
  if (needed === 1) return;
  const { length } = validSignatures(given, verified.released, verified.activeKey);
  if (length >= needed) return;
  throw new FailureError(
    'second-reviewer-needed',
    `${String(length)} of ${String(needed)} reviewers signed this update for this scope`,
    { given: length, needed },
  );
}

/** What is sent carries the signatures that it was approved with; throws `signature-invalid` when a stored one is not whole. */
export function requireSignedAsApproved(
  approval: Pick<Approval, 'signers' | 'payloadHash' | 'updateId'>,
  given: readonly GivenSignature[],
): void {
  const signed = given.filter(({ signed: { statement, publicKey, signature } }) => {
    const isForThis =
      statement.updateId === approval.updateId && statement.payloadHash === approval.payloadHash;
    return isForThis && verifyStatement(publicKey, 'review', { document: statement, signature });
  });
  const signers = new Set(signed.map(({ signed: { statement } }) => statement.reviewerId));
  if (approval.signers.every((reviewerId) => signers.has(reviewerId))) return;
  throw new FailureError('signature-invalid', 'A signature that the release stands on does not verify', {
    updateId: approval.updateId,
  });
}

export function signaturesView(mode: ReviewMode, given: readonly GivenSignature[]): ReviewSignatures {
  return {
    needed: given.length >= 2 ? 2 : NEEDED_SIGNATURES[mode],
    given: given.map(({ signed: { statement } }) => ({
      reviewerId: statement.reviewerId,
      name: statement.reviewer,
      at: statement.at,
    })),
    scope: given[0]?.scope ?? null,
  };
}

/** Notes of all who signed, each with its author's name. */
export function joinedNote(given: readonly GivenSignature[]): string {
  return given
    .filter(({ note }) => note.trim() !== '')
    .map(({ signed, note }) => `${signed.statement.reviewer}: ${note.trim()}`)
    .join('\n');
}

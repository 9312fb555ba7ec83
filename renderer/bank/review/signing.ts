/** What the sign button says and waits for, where two reviewers sign a release: pure decisions. */
import { type ReviewView } from '#shared/round/review-view.ts';
import { type ReviewerView } from '#shared/round/reviewer-view.ts';
import { text } from '../../text/en.ts';
import { activeReviewers, type CredentialText } from '../reviewers/credential.ts';
import { type Release, type ScopeChoice, sendLabel } from './decision.ts';

const words = text.reviewers.sign;

type Signed = Pick<ReviewView, 'signatures'>;

/** Active reviewers that have not signed this update. */
export function mayStillSign(
  reviewers: readonly ReviewerView[],
  { signatures }: Signed,
): readonly ReviewerView[] {
  const signed = new Set<string>(signatures.given.map(({ reviewerId }) => reviewerId));
  return activeReviewers(reviewers).filter(({ reviewerId }) => !signed.has(reviewerId));
}

/** Whether the next signature is the one that releases. */
export function isLastSignature({ signatures }: Signed): boolean {
  return signatures.given.length + 1 >= signatures.needed;
}

export interface SignLabel {
  readonly view: Release['view'] & Signed;
  readonly choice: ScopeChoice;
  /** null: nobody chosen yet. */
  readonly name: string | null;
}

export function signLabel({ view, choice, name }: SignLabel): string {
  const who = name ?? words.unnamed;
  if (!isLastSignature(view)) return words.act(who);
  return words.actAndSend(who, sendLabel({ view, choice }));
}

/** What is missing of a signature, in words after "Waiting for:". */
export function signObstacles(available: readonly ReviewerView[], typed: CredentialText): readonly string[] {
  if (available.length === 0) return [words.waitsForReviewers];
  if (typed.reviewerId === '') return [words.waitsForName];
  return typed.passphrase === '' ? [words.waitsForPassphrase] : [];
}

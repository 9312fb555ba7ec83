/** Passphrases as they are typed, and the credentials that they make: pure, so that it can be tested without a screen. */
import { ReviewerId } from '#shared/ids.ts';
import { type ReviewerCredential, type ReviewerView } from '#shared/round/reviewer-view.ts';

export interface CredentialText {
  /** Empty: nobody chosen yet. */
  readonly reviewerId: string;
  readonly passphrase: string;
}

export const NO_CREDENTIAL: CredentialText = { reviewerId: '', passphrase: '' };

/** null while a name or a passphrase is missing. */
export function credentialOf({ reviewerId, passphrase }: CredentialText): ReviewerCredential | null {
  const id = ReviewerId.safeParse(reviewerId).data;
  return id === undefined || passphrase === '' ? null : { reviewerId: id, passphrase };
}

export type Countersigning = readonly [CredentialText, CredentialText];

export const NO_COUNTERSIGNING: Countersigning = [NO_CREDENTIAL, NO_CREDENTIAL];

/** Two different reviewers, or null. */
export function countersignedBy(typed: Countersigning): ReviewerCredential[] | null {
  const credentials = typed.map(credentialOf).filter((one) => one !== null);
  const [first, second] = credentials;
  if (first === undefined || second === undefined) return null;
  return first.reviewerId === second.reviewerId ? null : credentials;
}

export function activeReviewers(reviewers: readonly ReviewerView[]): readonly ReviewerView[] {
  return reviewers.filter(({ isActive }) => isActive);
}

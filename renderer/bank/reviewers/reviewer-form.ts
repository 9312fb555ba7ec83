/** A new reviewer as typed, and what is still wrong: pure. */
import { type ReviewerView } from '#shared/round/reviewer-view.ts';
import { text } from '../../text/en.ts';

export const LEAST_PASSPHRASE = 12;

export interface ReviewerText {
  readonly name: string;
  readonly passphrase: string;
  readonly again: string;
}

export type ReviewerErrors = Readonly<Partial<Record<keyof ReviewerText, string>>>;

const words = text.reviewers;

export function reviewerErrors(typed: ReviewerText, reviewers: readonly ReviewerView[]): ReviewerErrors {
  const errors: Partial<Record<keyof ReviewerText, string>> = {};
  const name = typed.name.trim().toLowerCase();
  if (name === '') errors.name = words.nameMissing;
  else if (reviewers.some((one) => one.isActive && one.name.toLowerCase() === name))
    errors.name = words.nameTaken;
  if (typed.passphrase.length < LEAST_PASSPHRASE) errors.passphrase = words.passphraseShort(LEAST_PASSPHRASE);
  if (typed.again !== typed.passphrase) errors.again = words.againDiffers;
  return errors;
}

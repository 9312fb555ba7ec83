/** Verbs about reviewers, and the credentials that other verbs sign with. Passphrases come from files, never from a flag. */
import { FailureError } from '#shared/failure.ts';
import type { ReviewerId } from '#shared/ids.ts';
import type { ReviewerCredential } from '#shared/round/reviewer-view.ts';
import { type Answer, done, reviewersAnswer } from './answers.ts';
import type { BankProgram } from './program.ts';
import type { BankClient } from './reach.ts';
import type { ReviewersCommand, SignedBy } from './reviewer-flags.ts';

export async function askReviewers(
  client: BankClient,
  command: ReviewersCommand,
  program: BankProgram,
): Promise<Answer> {
  switch (command.kind) {
    case 'list-reviewers':
      return reviewersAnswer(await client['reviewers.list']({}));
    case 'add-reviewer': {
      const { name, passphraseFile, signedBy } = command;
      const passphrase = passphraseOf(program, passphraseFile);
      const countersigned = await credentialsOf(client, program, signedBy);
      const added = await client['reviewers.add']({ name, passphrase, countersigned });
      return { document: added, words: `${name} is a reviewer now. The passphrase is kept nowhere.` };
    }
    case 'remove-reviewer': {
      const { name, reason, signedBy } = command;
      const reviewerId = await reviewerNamed(client, name);
      const countersigned = await credentialsOf(client, program, signedBy);
      await client['reviewers.remove']({ reviewerId, reason, countersigned });
      return done(`${name} is no reviewer any more.`);
    }
    case 'set-review-mode': {
      const { mode, reason, signedBy } = command;
      const countersigned = await credentialsOf(client, program, signedBy);
      await client['reviewers.setMode']({ mode, reason, countersigned });
      return done(mode === 'two' ? 'Two reviewers sign every release by hand.' : 'One person decides.');
    }
  }
}

/** Throws `reviewer-refused` for a name that no reviewer has, `file-not-readable`. */
export function credentialsOf(
  client: BankClient,
  program: Pick<BankProgram, 'readText'>,
  signedBy: readonly SignedBy[],
): Promise<ReviewerCredential[]> {
  return Promise.all(
    signedBy.map(async ({ name, file }) => ({
      reviewerId: await reviewerNamed(client, name),
      passphrase: passphraseOf(program, file),
    })),
  );
}

async function reviewerNamed(client: BankClient, name: string): Promise<ReviewerId> {
  const { reviewers } = await client['reviewers.list']({});
  const found = reviewers.find((reviewer) => reviewer.isActive && reviewer.name === name);
  if (found !== undefined) return found.reviewerId;
  throw new FailureError('reviewer-refused', `There is no reviewer named ${name}`);
}

function passphraseOf({ readText }: Pick<BankProgram, 'readText'>, file: string): string {
  const [passphrase = ''] = readText(file).split(/\r?\n/, 1);
  if (passphrase !== '') return passphrase;
  throw new FailureError('file-not-readable', `The first line of ${file} is empty`, { file });
}

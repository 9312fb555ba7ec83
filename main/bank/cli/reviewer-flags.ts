/** Reviewers on the command line: who signs with which passphrase file, and the verb that is about them. */
import { z } from 'zod';
import { FailureError } from '#shared/failure.ts';
import { ReviewMode } from '#shared/round/reviewer-view.ts';
import { need, operand, text } from './flags.ts';
import type { BankFlags } from './help.ts';

/** `--reviewer NAME=FILE`: the first line of the file is that reviewer's passphrase; "-" is standard input. */
export interface SignedBy {
  readonly name: string;
  readonly file: string;
}

export type ReviewersCommand =
  | { readonly kind: 'list-reviewers' }
  | {
      readonly kind: 'add-reviewer';
      readonly name: string;
      readonly passphraseFile: string;
      readonly signedBy: readonly SignedBy[];
    }
  | {
      readonly kind: 'remove-reviewer';
      readonly name: string;
      readonly reason: string;
      readonly signedBy: readonly SignedBy[];
    }
  | {
      readonly kind: 'set-review-mode';
      readonly mode: ReviewMode;
      readonly reason: string;
      readonly signedBy: readonly SignedBy[];
    };

const NAME = z.string().min(1).max(120);

/** `reviewers [list]`, `reviewers add NAME`, `reviewers remove NAME`, `reviewers mode one|two`. */
export function reviewersCommand(operands: readonly string[], flags: BankFlags): ReviewersCommand {
  const [action = 'list', ...rest] = operands;
  const signedBy = signedByOf(flags);
  switch (action) {
    case 'list':
      return { kind: 'list-reviewers' };
    case 'add': {
      const name = operand(rest, NAME, 'the name of the new reviewer');
      return { kind: 'add-reviewer', name, passphraseFile: need(flags, 'passphrase-file'), signedBy };
    }
    case 'remove': {
      const name = operand(rest, NAME, 'the name of a reviewer');
      return { kind: 'remove-reviewer', name, reason: need(flags, 'reason'), signedBy };
    }
    case 'mode': {
      const mode = operand(rest, ReviewMode, 'one or two');
      return { kind: 'set-review-mode', mode, reason: text(flags, 'reason') ?? '', signedBy };
    }
    default:
      throw new FailureError('wrong-usage', 'reviewers takes list, add, remove or mode');
  }
}

export function signedByOf({ reviewer = [] }: Pick<BankFlags, 'reviewer'>): readonly SignedBy[] {
  return reviewer.map((given) => {
    const at = given.indexOf('=');
    const [name, file] = [given.slice(0, at), given.slice(at + 1)];
    if (at > 0 && file !== '') return { name, file };
    throw new FailureError('wrong-usage', '--reviewer takes NAME=FILE, a file that holds the passphrase');
  });
}

/**
 * Failures as data: the closed set of codes that can reach a person, with the next step for each.
 * Not for bugs: those stay exceptions and reach the boundary as `internal`.
 */
import { z } from 'zod';

/** Code → what the person can do next. Exhaustive by type: a code without a next step does not compile. */
export const NEXT_STEPS = {
  // usage and input
  'wrong-usage': 'See --help for the arguments and examples.',
  'invalid-input': 'Correct the value that the message names and try again.',
  'not-found': 'Check the name or identifier; the list beside it shows what exists.',
  'not-available-here': 'Use the desktop app or the command line for this; the message says which.',
  // files and import
  'file-not-readable': 'Check that the file exists and that this user may read it.',
  'file-not-writable': 'Name a file in a folder that exists and that this user may write to.',
  'not-a-csv':
    'Export the data as CSV (comma, semicolon, tab or pipe separated) or .csv.gz and choose that file.',
  'encoding-not-supported': 'Save the file as UTF-8 and choose it again.',
  'delimiter-unclear': 'Choose the delimiter in the import dialog.',
  'columns-missing': 'Map the named columns in the import dialog, or export the file with them.',
  'too-many-rejects':
    'Download the list of rejected rows, correct the mapping or the file, and import again.',
  'import-running': 'Wait for the running import or cancel it.',
  'import-cancelled': 'Nothing was kept. Start the import again when ready.',
  'data-missing': 'Import transactions first (Data).',
  'features-not-ready': 'Wait until the features are computed, or start it under Data.',
  // store
  'store-locked': 'Another Parley process has this store open. Close it, or use another --home.',
  'store-newer': 'This store was written by a newer Parley. Install that version; nothing was changed.',
  'store-damaged':
    'Sending stays blocked. Where only the end of the audit is missing, go on with a reason (Privacy, or `bank recover`); else restore a backup made with `bank backup`: `bank restore FILE`.',
  'disk-full': 'Free some space on this disk; the work continues where it stopped.',
  'ledger-broken':
    'Sending is blocked. Recover the ledger with a reason (Privacy, or `bank recover`): what is missing is then charged, nothing is counted less. Or restore a newer backup: `bank restore FILE`.',
  // identity and joining
  'not-set-up': 'Finish the first steps: on the first screen of the app, or with `init` on the command line.',
  'already-set-up': 'This store is set up already. Use another --home for another one.',
  'passphrase-wrong': 'Give the passphrase that this key was made with (PARLEY_PASSPHRASE_FILE).',
  'invite-invalid': 'Ask the operator for a new invitation and paste it whole.',
  'invite-used': 'This invitation was used. Ask the operator for a new one.',
  'not-approved': 'The operator has to approve this bank after comparing key fingerprints.',
  'bank-suspended': 'The operator suspended this bank. Contact the operator.',
  'key-unknown': 'This hub does not know the key of this bank. Join with an invitation.',
  'signature-invalid':
    'The message was altered or signed with another key. Contact the operator; nothing was sent.',
  // hub and charter
  'hub-unreachable':
    'Check the network and that the hub runs. Training and review still work; the app tries again by itself.',
  'hub-not-loopback': 'The hub has no TLS yet, so it listens on this machine only. Use --listen 127.0.0.1.',
  'protocol-mismatch': 'Update the older side: bank and hub must speak the same protocol version.',
  'charter-mismatch': 'The hub departs from the signed charter. Do not continue; contact the operator.',
  'charter-invalid': 'Correct the field that the message names.',
  'not-supported-yet': 'Choose another setting; the message names what this version supports.',
  'checkpoint-invalid':
    'The published model does not follow from the signed updates. Do not continue; contact the operator.',
  'run-not-open': 'Wait until the operator plans a run, or check `status`.',
  'round-closed': 'The round is over. The update is kept here; take part in the next round.',
  'round-not-open': 'No round is open. It opens by itself when enough banks are present.',
  'not-in-cohort': 'Join the round first.',
  'already-released': 'This update was released already; nothing is sent twice.',
  'update-refused':
    'The hub refused the update. The message names the reason; the next round is not affected.',
  'payload-too-large': 'The message is larger than the charter allows. Contact the operator.',
  'rate-limited': 'Too many requests. Wait a moment; the app tries again by itself.',
  // release gate and privacy
  'budget-not-set': 'Set the privacy budget first (Privacy).',
  'budget-exhausted':
    'The privacy budget does not allow this. Take part in fewer rounds, or raise the budget with a reason (Privacy).',
  'policy-refused':
    'The local policy does not allow this. Change it under Settings with a reason, or decline the round.',
  'trainings-exhausted':
    'Release or withhold the update that is held: this round takes no further training. The next one starts anew.',
  'second-reviewer-needed':
    'Two reviewers have to sign this (Settings → Reviewers). Let each of them enter the own passphrase.',
  'reviewer-refused': 'Check the name and the passphrase of the reviewer; nothing was signed.',
  'unit-mismatch':
    'This store accounts for another unit of privacy. Use a store of its own for this charter.',
  'nothing-to-review': 'There is no update waiting for a decision.',
  'figures-failed':
    'The update is kept and nothing was sent. Try again; the log names the fault (Settings → Logs).',
  'digest-changed': 'The update changed after it was shown. Review it again.',
  'scope-stopped': 'A figure left its limit. Review the update and decide by hand.',
  'deadline-passed':
    'The round closed before the release. The update was not sent; the next round opens by itself.',
  'training-stopped': 'The charge stays recorded. Start the training again from Rounds.',
  'model-missing': 'Take part in a round first; the published model is then kept here.',
  // work
  'worker-died': 'The work was stopped from outside or ran out of memory. Nothing was lost; start it again.',
  'engine-unavailable': 'Choose another engine in Settings, or "automatic".',
  'demo-running': 'The demo consortium runs already.',
  busy: 'Wait for the running work or cancel it.',
  unauthorised: 'Open the link that the app printed at its start; it carries the access token.',
  internal:
    'This is a fault of Parley. Keep the log (Settings → Logs) and report it with the correlation id.',
} as const;

export type FailureCode = keyof typeof NEXT_STEPS;

export const FailureCode = z.enum(Object.keys(NEXT_STEPS) as [FailureCode, ...FailureCode[]]);

const Detail = z.union([z.string(), z.number(), z.boolean()]);

/** What crosses a transport or ends a command: never a stack, never a row. */
export const Failure = z.object({
  code: FailureCode,
  message: z.string(),
  nextStep: z.string(),
  details: z.record(z.string(), Detail).optional(),
});
export type Failure = z.infer<typeof Failure>;

export type FailureDetails = Readonly<Record<string, string | number | boolean>>;

/** An expected failure. `message` says what happened with its figures; the next step follows from the code. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  readonly code: FailureCode;
  readonly details: FailureDetails;

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  toFailure(): Failure {
    const base = { code: this.code, message: this.message, nextStep: NEXT_STEPS[this.code] };
    return Object.keys(this.details).length === 0 ? base : { ...base, details: { ...this.details } };
  }

  static from(failure: Failure): FailureError {
    return new FailureError(failure.code, failure.message, failure.details ?? {});
  }
}

export function isFailure(error: unknown, code?: FailureCode): error is FailureError {
  return error instanceof FailureError && (code === undefined || error.code === code);
}

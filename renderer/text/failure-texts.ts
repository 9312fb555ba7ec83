/** Failures on the screen: a short title for each code and where its next step can be done. Exhaustive by type. */
import { type Failure, type FailureCode, FailureError, NEXT_STEPS } from '#shared/failure.ts';
import { type Route, type SettingsSection } from '../bank/route.ts';

export interface FailureText {
  readonly title: string;
  /** The place where the next step is done; null when it is done outside the app or right here. */
  readonly place: { readonly label: string; readonly route: Route } | null;
}

const data: FailureText['place'] = { label: 'Open Data', route: { screen: 'data', view: 'summary' } };
const importing: FailureText['place'] = {
  label: 'Open the import',
  route: { screen: 'data', view: 'import' },
};
const rounds: FailureText['place'] = { label: 'Open Rounds', route: { screen: 'rounds', runId: null } };
const review: FailureText['place'] = { label: 'Open Review', route: { screen: 'review', updateId: null } };
const privacy: FailureText['place'] = { label: 'Open Privacy', route: { screen: 'privacy' } };
const audit: FailureText['place'] = { label: 'Open Audit', route: { screen: 'audit' } };
const settings = (section: SettingsSection): FailureText['place'] => ({
  label: 'Open Settings',
  route: { screen: 'settings', section },
});

const say = (title: string, place: FailureText['place'] = null): FailureText => ({ title, place });

export const FAILURE_TEXTS: Readonly<Record<FailureCode, FailureText>> = {
  'wrong-usage': say('This command was not understood'),
  'invalid-input': say('A value is not valid'),
  'not-found': say('Not found'),
  'not-available-here': say('Not available here'),
  'file-not-readable': say('The file cannot be read', importing),
  'file-not-writable': say('The file cannot be written'),
  'not-a-csv': say('This is not a CSV file', importing),
  'encoding-not-supported': say('The file’s encoding is not supported', importing),
  'delimiter-unclear': say('The delimiter is unclear', importing),
  'columns-missing': say('Columns are missing', importing),
  'too-many-rejects': say('Too many rows were rejected', data),
  'import-running': say('An import is running', data),
  'import-cancelled': say('The import was cancelled', data),
  'data-missing': say('There are no transactions yet', data),
  'features-not-ready': say('The features are not ready', data),
  'store-locked': say('The store is open elsewhere'),
  'store-newer': say('The store was written by a newer version'),
  'store-damaged': say('The store is damaged', audit),
  'disk-full': say('The disk is full'),
  'ledger-broken': say('The privacy ledger does not verify', privacy),
  'not-set-up': say('The first steps are not finished'),
  'already-set-up': say('This store belongs to a bank already', settings('bank')),
  'passphrase-wrong': say('The passphrase is wrong'),
  'invite-invalid': say('The invitation is not valid', settings('hub')),
  'invite-used': say('The invitation was used already', settings('hub')),
  'not-approved': say('The operator has not approved this bank yet', settings('hub')),
  'bank-suspended': say('The operator suspended this bank', settings('hub')),
  'key-unknown': say('The hub does not know this bank’s key', settings('hub')),
  'signature-invalid': say('A signature does not verify'),
  'hub-unreachable': say('Hub unreachable'),
  'hub-not-loopback': say('This hub has no TLS'),
  'protocol-mismatch': say('Bank and hub speak different protocol versions'),
  'charter-mismatch': say('The hub departs from the signed charter', rounds),
  'charter-invalid': say('The charter is not valid'),
  'not-supported-yet': say('This setting is not supported'),
  'checkpoint-invalid': say('The published model does not follow from the signed updates', rounds),
  'run-not-open': say('No run is open', rounds),
  'round-closed': say('The round is over', rounds),
  'round-not-open': say('No round is open', rounds),
  'not-in-cohort': say('This bank is not in the cohort of the round', rounds),
  'already-released': say('This update was released already', review),
  'update-refused': say('The hub refused the update', rounds),
  'payload-too-large': say('The message is too large'),
  'rate-limited': say('Too many requests'),
  'budget-not-set': say('There is no privacy budget yet', privacy),
  'budget-exhausted': say('The privacy budget does not allow this', privacy),
  'trainings-exhausted': say('This round was trained for often enough', review),
  'second-reviewer-needed': say('Two reviewers have to sign', settings('reviewers')),
  'reviewer-refused': say('The reviewer was refused'),
  'policy-refused': say('The local policy does not allow this', settings('policy')),
  'unit-mismatch': say('This store accounts for another unit of privacy', privacy),
  'nothing-to-review': say('Nothing to review', rounds),
  'figures-failed': say('Statistics could not be computed', review),
  'digest-changed': say('The update changed after it was shown', review),
  'scope-stopped': say('A figure left its limit', review),
  'deadline-passed': say('The round closed before the release', rounds),
  'training-stopped': say('Training stopped', rounds),
  'model-missing': say('There is no model yet', rounds),
  'worker-died': say('The work was stopped'),
  'engine-unavailable': say('This engine is not available', settings('engine')),
  'demo-running': say('The demo consortium runs already'),
  busy: say('Other work is running'),
  unauthorised: say('This page has no access'),
  internal: say('A fault of Parley', settings('files')),
};

/** Any thrown value as a failure: what is not one already is a fault of this app. */
export function asFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.toFailure();
  return {
    code: 'internal',
    message: error instanceof Error ? error.message.slice(0, 300) : 'Something went wrong inside Parley.',
    nextStep: NEXT_STEPS.internal,
  };
}

/** What happened and what to do next, as sentences: a message may lack its full stop. */
export function inSentences({ message, nextStep }: Pick<Failure, 'message' | 'nextStep'>): string {
  return `${/[.!?…]$/.test(message) ? message : `${message}.`} ${nextStep}`;
}

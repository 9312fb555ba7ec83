/** One phrase for each audited action, of the fields that its entry keeps. Pure; an unknown action has no phrase here. */
import { formatEpsilonUp } from '../privacy/format.ts';

/** The fields of an entry, as parsed from its detail. Nothing is known of them: older versions wrote other fields. */
export type AuditFields = Readonly<Record<string, unknown>>;
type Phrase = (fields: AuditFields) => string;

/** Digits of a digest or an id that are enough to find it again. */
const SHOWN_DIGITS = 12;

export const PHRASES: Readonly<Record<string, Phrase>> = {
  'app.setUp': (f) =>
    `First set-up: bank ${quoted(f, 'bankName')}, analyst ${quoted(f, 'analyst')}${has(f, 'homeCountry') ? `, home country ${word(f, 'homeCountry')}` : ''}`,
  'app.setHomeCountry': (f) =>
    f['homeCountry'] === null
      ? 'Home country taken back: no payment counts as foreign'
      : `Home country stated: ${word(f, 'homeCountry')}`,
  'app.chooseEngine': (f) => `Engine for training chosen: ${word(f, 'choice')}`,
  'host.chooseImportFile': () => 'File dialog opened to choose transactions',
  'host.saveText': (f) => `File saved: ${word(f, 'suggestedName')}`,

  'data.startImport': (f) => `Import of transactions started: ${word(f, 'source')}`,
  'data.cancelImport': (f) => `Import ${word(f, 'importId')} cancelled`,
  'data.computeFeatures': (f) => `Features ${word(f, 'preset')} computed`,
  'scoring.score': (f) =>
    `Test days scored${has(f, 'runId') ? ` with the model of ${word(f, 'runId')}` : ''}`,

  'store.backup': (f) => `Backup of the store written: ${word(f, 'file')}`,

  'consortium.join': () => 'Invitation accepted: enrolment at the hub of the consortium',
  'runs.join': (f) => `Joining of ${word(f, 'runId')} asked for`,
  'runs.leave': (f) => `Leaving of ${word(f, 'runId')} asked for`,
  'run.joined': (f) =>
    `Charter ${short(f, 'charterHash')} signed for ${word(f, 'runId')}, with the public size tier ${word(f, 'tier')}`,
  'run.left': (f) => `Membership of ${word(f, 'runId')} ended`,
  'run.refused': (f) => `${word(f, 'runId')} refused: ${word(f, 'message')} (${word(f, 'code')})`,

  'rounds.train': (f) => `Training for ${word(f, 'roundId')} started; its cost is charged first`,
  'rounds.stopTraining': (f) => `Training for ${word(f, 'roundId')} stopped; its charge stays`,
  'rounds.decline': (f) => `${word(f, 'roundId')} declined: this bank takes no part in it`,

  'review.release': (f) => `Release of ${update(f)} asked for, ${scope(f)}`,
  'review.sign': (f) => `Signature on ${update(f)} given, ${scope(f)}${by(f)}`,
  'review.signed': (f) =>
    `${word(f, 'reviewer')} signed ${word(f, 'updateId')} (SHA-256 ${short(f, 'payloadHash')}): ${word(f, 'given')} of ${word(f, 'needed')} signatures`,
  'review.signatures-dropped': (f) => `Signatures on ${word(f, 'updateId')} void: ${word(f, 'why')}`,
  'review.unsign': (f) => `Signatures on ${word(f, 'updateId')} taken back`,
  'review.undo': (f) => `Release of ${word(f, 'updateId')} undone; nothing was sent`,
  'review.retrain': (f) =>
    `Discarding ${update(f)} and training again at noise multiplier ${brief(f, 'noiseMultiplier')} decided`,
  'review.withhold': (f) => `Withholding of ${word(f, 'updateId')} decided`,
  'update.released': released,
  'update.withheld': (f) => `${word(f, 'updateId')} kept here for good; its charge stays`,
  'update.discarded': (f) =>
    `${word(f, 'updateId')} discarded for a training with more noise: multiplier ${brief(f, 'noiseMultiplier')} instead of ${brief(f, 'agreedNoiseMultiplier')}`,
  'update.late': (f) => `${word(f, 'updateId')} came too late for its round and stays here; its charge stays`,
  'update.refused': (f) => `${word(f, 'updateId')} refused by the hub (${word(f, 'code')})`,
  'scope.opened': (f) =>
    `Release scope ${word(f, 'scope')} opened: up to ${word(f, 'rounds')} rounds of ${word(f, 'runId')} ${origin(f)}${hold(f)}`,
  'scope.closed': (f) =>
    `Release scope ${word(f, 'scope')} of ${word(f, 'runId')} closed: ${ending(inner(f, 'state'))}`,
  'scope.stop': (f) => `Stop of the release scope of ${word(f, 'runId')} asked for`,

  'reviewers.add': (f) => `Reviewer ${quoted(f, 'name')} added`,
  'reviewers.remove': (f) => `Reviewer ${word(f, 'reviewerId')} removed${reason(f)}`,
  'reviewers.setMode': (f) =>
    `Releases by hand take ${f['mode'] === 'two' ? 'two reviewers' : 'one person'} from now on${reason(f)}`,

  'reviewers.added': (f) => `${word(f, 'name')} is a reviewer from now on${agreed(f)}`,
  'reviewers.removed': (f) => `${word(f, 'name')} is no reviewer any more${agreed(f)}${reason(f)}`,
  'reviewers.mode-changed': (f) =>
    `Reviewers that a release by hand takes: ${word(f, 'to')}, before: ${word(f, 'from')}${agreed(f)}${reason(f)}`,

  'policy.loosened': (f) => `Floors loosened: ${changes(f)}${agreed(f)}${reason(f)}`,
  'policy.tightened': (f) => `Floors tightened: ${changes(f)}${reason(f)}`,
  'policy.standing-on': (f) => `${standing(f)}${agreed(f)}`,
  'privacy.budget-raised': (f) =>
    `Privacy budget raised from ε ${word(f, 'from')} to ${word(f, 'to')}${agreed(f)}${reason(f)}`,
  'privacy.setBudget': (f) =>
    `Privacy budget set to ε ${word(f, 'epsilon')} at δ ${word(f, 'delta')}, unit: one ${word(f, 'unit')}${reason(f)}`,
  'policy.setLocal': (f) => `Floors of this bank set: ${listed(inner(f, 'policy'))}${reason(f)}`,
  'policy.setStanding': (f) => standing(inner(f, 'policy')),

  'leaks.run': (f) => `Leak tests on ${word(f, 'updateId')} started`,
  'leaks.stop': (f) => `Leak tests on ${word(f, 'updateId')} stopped`,
  'leaks.rehearse': (f) => `Rehearsal without noise beside ${word(f, 'updateId')}: shown here, never sent`,

  'privacy.recover': () => 'Going on from a ledger that does not stand asked for',
  'privacy.recovered': (f) =>
    `${word(f, 'fault')}. Went on: ${f['kind'] === 'close-budget' ? 'the whole budget counts as spent' : 'what was missing is charged'}${agreed(f)}${reason(f)}`,
  'ledger.older-than-hub': () =>
    'The hub holds a signed head of the ledger that is not in it: the ledger is an older copy, and blocked',
  'audit.recover': () => 'Going on from an audit whose end is missing asked for',
  'audit.recovered': (f) =>
    `The end of the audit is missing: ${word(f, 'entries')} entries are there, entry ${word(inner(f, 'written'), 'sequence')} was written${agreed(f)}${reason(f)}`,
  'audit.pack': (f) =>
    `Pack for a regulator made of ${has(f, 'runId') ? word(f, 'runId') : 'every run'}, ${f['withNotes'] === true ? 'with' : 'without'} the notes`,
  'demo.start': (f) => `Demo consortium with ${word(f, 'peers')} other banks started`,
  'demo.stop': () => 'Demo consortium stopped',
};

function released(f: AuditFields): string {
  const how =
    f['source'] === 'scope'
      ? `under release scope ${word(f, 'scope')}${has(f, 'restsOn') ? `, which rests on the review of ${word(f, 'restsOn')}` : ''}`
      : 'after a review by hand';
  const charge = has(f, 'chargeSequence') ? `, charge ${word(f, 'chargeSequence')}` : ', without a charge';
  return `${word(f, 'updateId')} released ${how}: SHA-256 ${short(f, 'payloadHash')}, ${word(f, 'byteLength')} bytes${charge}`;
}

function update(f: AuditFields): string {
  return `${word(f, 'updateId')} (SHA-256 ${short(f, 'digest')})`;
}

function scope(f: AuditFields): string {
  const asked = inner(f, 'scope');
  if (asked['kind'] !== 'rounds') return 'for this round only';
  return `for this round and up to ${word(asked, 'following')} following`;
}

function by(f: AuditFields): string {
  const { reviewerId } = inner(f, 'reviewer');
  return typeof reviewerId === 'string' ? `, by reviewer ${reviewerId}` : '';
}

function origin(f: AuditFields): string {
  return f['source'] === 'review' ? 'after a review' : 'of the standing policy';
}

function hold(f: AuditFields): string {
  return has(f, 'hold') ? `; their cost is set aside as ledger entry ${word(f, 'hold')}` : '';
}

function ending(state: AuditFields): string {
  switch (state['kind']) {
    case 'stopped-by-person':
      return 'stopped by a person';
    case 'stopped-by-limit':
      return `in round ${String(Number(state['index']) + 1)} the figure ${word(state, 'figure')} left its limit`;
    default:
      return 'it has run its course';
  }
}

function standing(policy: AuditFields): string {
  if (policy['kind'] !== 'on') return 'Standing policy switched off: every round waits for a person';
  const { maximumEpsilonPerRound } = inner(policy, 'limits');
  const cost =
    typeof maximumEpsilonPerRound === 'number'
      ? `, each at ε ${formatEpsilonUp(maximumEpsilonPerRound)} at most`
      : '';
  return `Standing policy set: up to ${word(policy, 'rounds')} rounds of a run are released without a click${cost}`;
}

/** `minimumNoiseMultiplier from 0.8 to 0.5`. */
function changes(f: AuditFields): string {
  const list: readonly unknown[] = Array.isArray(f['changes']) ? f['changes'] : [];
  const texts = list.map((change) => {
    const fields = inner({ change }, 'change');
    return `${word(fields, 'field')} from ${word(fields, 'from')} to ${word(fields, 'to')}`;
  });
  return texts.length === 0 ? 'nothing' : texts.join(', ');
}

/** `, countersigned by A. Kvist and B. Holm`, where two had to. */
function agreed(f: AuditFields): string {
  const list: readonly unknown[] = Array.isArray(f['countersigned']) ? f['countersigned'] : [];
  const names = list.map((signed) => word(inner(inner({ signed }, 'signed'), 'statement'), 'reviewer'));
  return names.length === 0 ? '' : `, countersigned by ${names.join(' and ')}`;
}

/** `minimumNoiseMultiplier 0.8, undoSeconds 5`. */
function listed(fields: AuditFields): string {
  return Object.keys(fields)
    .map((name) => `${name} ${word(fields, name)}`)
    .join(', ');
}

function reason(f: AuditFields): string {
  const given = f['reason'];
  return typeof given === 'string' && given.trim() !== '' ? `. Reason: ${given.trim()}` : '';
}

function quoted(f: AuditFields, name: string): string {
  return `"${word(f, name)}"`;
}

function short(f: AuditFields, name: string): string {
  return `${word(f, name).slice(0, SHOWN_DIGITS)}…`;
}

function has(f: AuditFields, name: string): boolean {
  return f[name] !== undefined && f[name] !== null;
}

/** A plain value as text; `?` where the entry does not have it. */
function word(f: AuditFields, name: string): string {
  const value = f[name];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  return '?';
}

/** A number to four digits that matter; the detail keeps them all. */
function brief(f: AuditFields, name: string): string {
  const value = f[name];
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : word(f, name);
}

function inner(f: AuditFields, name: string): AuditFields {
  const value = f[name];
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** What each verb answers: a document for scripts and the same in words for people. */
import type { StoreCheck } from '#shared/contract/bank-audit.ts';
import type { AppState, LocalPolicy, StandingPolicy } from '#shared/contract/bank.ts';
import type { ImportProgress } from '#shared/features/data-view.ts';
import { formatEpsilonUp, formatRemainingDown } from '#shared/privacy/format.ts';
import type { LedgerEntryView, PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import type { ReviewerView, ReviewMode } from '#shared/round/reviewer-view.ts';
import type { ReviewView } from '#shared/round/review-view.ts';
import type { ParticipationView, RunView, ScopeView } from '#shared/round/round-view.ts';

export interface Answer {
  readonly document: unknown;
  readonly words: string;
}

/** For verbs that only do something. */
export function done(words: string): Answer {
  return { document: { done: true }, words };
}

export function countryAnswer(homeCountry: string | null): Answer {
  const words =
    homeCountry === null
      ? 'No home country is stated, so no payment counts as foreign. State it: bank country CODE'
      : `Home country: ${homeCountry}. Payments from other countries count as foreign.`;
  return { document: { homeCountry }, words };
}

/** `lacksHomeCountry`: the file names countries, and nobody said which is the bank's own. */
export function importAnswer(progress: ImportProgress, lacksHomeCountry: boolean): Answer {
  const { name, added, skipped, verdicts, rejected } = progress;
  const hint = lacksHomeCountry
    ? '\nThe file names countries, but no home country is stated, so no payment counts as foreign. State it: bank country CODE'
    : '';
  const counts = `${String(added)} rows added, ${String(skipped)} known, ${String(verdicts)} verdicts, ${String(rejected)} rejected`;
  return { document: progress, words: `${name}: ${counts}.${hint}` };
}

export function runsAnswer(runs: readonly RunView[], hub: AppState['hub']): Answer {
  const words = runs.length === 0 ? noRunWords(hub) : runs.map(runWords).join('\n\n');
  return { document: runs, words };
}

function noRunWords(hub: AppState['hub']): string {
  if (hub.kind === 'none') return 'No consortium yet: bank join --invite FILE';
  if (hub.membership === 'waiting-for-approval')
    return 'The operator has not approved this bank yet. Runs are listed once that is done.';
  return hub.connection.kind === 'connected'
    ? 'The operator has planned no run yet.'
    : 'The hub was not reached yet, so no run is known.';
}

function runWords(run: RunView): string {
  const { round } = run;
  const progress = `${String(run.committed)} of ${String(run.planned)} rounds`;
  const lines = [`${run.runId}  ${run.status}  ${progress}  ${run.charter.title}`];
  if (run.obstacle !== null) lines.push(`  ${run.obstacle.message}. ${run.obstacle.nextStep}`);
  else if (!run.joined) lines.push(`  Not joined. Join it: bank join ${run.runId}`);
  if (run.epsilonOfRun !== null)
    lines.push(`  Remaining rounds cost ε ${formatEpsilonUp(run.epsilonOfRun)}.`);
  if (run.scope !== null) lines.push(`  ${scopeWords(run.scope)}`);
  if (round !== null) {
    const closes =
      round.closesInMs === null ? '' : `, closes in ${String(Math.round(round.closesInMs / 1000))} s`;
    const who = `${String(round.cohort)} banks`;
    lines.push(`  ${round.roundId}  round ${String(round.index + 1)}  ${round.phase}, ${who}${closes}`);
    lines.push(`  ${partWords(round.participation)}`);
  }
  return lines.join('\n');
}

function scopeWords({ source, sent, rounds, state }: ScopeView): string {
  const which = source === 'review' ? 'Release of several rounds' : 'Standing policy';
  const progress = `${which}: ${String(sent)} of at most ${String(rounds)} sent`;
  switch (state.kind) {
    case 'running':
      return progress;
    case 'ended':
      return `${progress}, ended`;
    case 'stopped-by-person':
      return `${progress}, stopped by a person`;
    case 'stopped-by-limit': {
      const limit = state.limit === null ? '' : `, outside its limit ${String(state.limit)}`;
      const value = state.value === null ? '' : ` ${state.value.toFixed(3)}`;
      return `${progress}. STOPPED in round ${String(state.index + 1)}: ${state.figure}${value}${limit}`;
    }
  }
}

function partWords(part: ParticipationView): string {
  switch (part.kind) {
    case 'offered':
      return 'This bank is not in the round yet.';
    case 'joined':
      return 'Waits for the click: bank train';
    case 'training':
      return `Training, ${String(Math.round(100 * part.progress.share))} %`;
    case 'stopped':
    case 'refused':
      return `${part.kind}: ${part.failure.message}. ${part.failure.nextStep}`;
    case 'reviewing':
      return 'An update waits for a decision: bank review';
    case 'released':
      return `Released; leaves in ${(part.sendsInMs / 1000).toFixed(0)} s`;
    case 'sending':
      return `Sending, ${String(part.sentBytes)} of ${String(part.totalBytes)} bytes`;
    case 'completed':
      return part.included ? 'Completed, with this bank' : 'Completed without this bank';
    case 'sent':
    case 'declined':
    case 'withheld':
    case 'missed':
    case 'withdrawn':
      return part.kind;
  }
}

export function reviewAnswer(review: ReviewView | null): Answer {
  if (review === null) return { document: null, words: 'Nothing was held for review yet.' };
  const { privacy, destination, identity } = review;
  const marks = { pass: 'ok  ', warning: 'odd ', block: 'STOP' } as const;
  const cost =
    privacy === null
      ? 'No noise, so no ε: nothing bounds what this update reveals'
      : `ε ${formatEpsilonUp(privacy.epsilonBefore)} → ${formatEpsilonUp(privacy.epsilonAfter)} of ${String(privacy.budget)}, δ ${String(privacy.delta)}, unit: ${privacy.unit}`;
  const lines = [
    `Round ${String(review.roundIndex + 1)} of ${String(review.rounds)} · ${destination.runTitle} · ${review.state.kind}`,
    `To      ${destination.consortium} at ${destination.address}`,
    `        operator key ${destination.operatorFingerprint}`,
    `As      ${identity.bank} · ${identity.analyst} · key ${identity.keyFingerprint}`,
    `What    ${String(review.numbers)} numbers, ${String(review.bytes)} bytes, SHA-256 ${review.digest}`,
    `Price   ${cost}`,
    ...review.checks.map((check) => `${marks[check.level]}    ${check.title}: ${check.detail}`),
  ];
  if (review.state.kind === 'waiting') lines.push(releaseWords(review));
  return { document: review, words: lines.join('\n') };
}

function releaseWords({ digest, signatures: { needed, given } }: ReviewView): string {
  const verb = `bank release --digest ${digest.slice(0, 12)}`;
  if (needed === 1) return `Release it: ${verb}`;
  const signed =
    given.length === 0 ? 'Nobody has signed yet' : `Signed by ${given.map(({ name }) => name).join(', ')}`;
  return `${signed}; ${String(needed)} reviewers sign it: ${verb} --reviewer NAME=FILE`;
}

export function signedAnswer(signed: { readonly given: number; readonly needed: number }): Answer {
  const { given, needed } = signed;
  const words = `Signed: ${String(given)} of ${String(needed)}. It leaves when another reviewer signs for the same rounds.`;
  return { document: signed, words };
}

export function reviewersAnswer(list: {
  readonly mode: ReviewMode;
  readonly reviewers: readonly ReviewerView[];
}): Answer {
  const lines = list.reviewers.map(
    ({ name, fingerprint, isActive }) => `  ${name}  key ${fingerprint}${isActive ? '' : '  (removed)'}`,
  );
  const mode = list.mode === 'two' ? 'Two reviewers sign every release by hand.' : 'One person decides.';
  return { document: list, words: [mode, ...lines].join('\n') };
}

export function ledgerAnswer(state: PrivacyStateView, entries: readonly LedgerEntryView[]): Answer {
  const words = [...entries.map(entryLine), budgetWords(state)].join('\n');
  return { document: { state, entries }, words };
}

function entryLine(entry: LedgerEntryView): string {
  const { sequence, at, kind, roundIndex, mechanism, chargedEpsilonAfter, decidedBy } = entry;
  const parts = [
    `${String(sequence).padStart(5)}  ${at}  ${kind}`,
    roundIndex === null ? null : `round ${String(roundIndex + 1)}`,
    mechanism === null ? null : `${String(mechanism.steps)} steps`,
    chargedEpsilonAfter === null ? null : `ε ${formatEpsilonUp(chargedEpsilonAfter)}`,
    decidedBy === null ? null : `by ${decidedBy.kind === 'scope' ? 'a scope' : decidedBy.names.join(', ')}`,
  ];
  return parts.filter((part) => part !== null).join('  ');
}

export function budgetAnswer(state: PrivacyStateView): Answer {
  return { document: state, words: budgetWords(state) };
}

function budgetWords(state: PrivacyStateView): string {
  const { budget, chargedEpsilon, releasedEpsilon, heldEpsilon, releasedWithoutNoise: bare = 0 } = state;
  const uncovered =
    bare === 0
      ? []
      : [`Updates that left without noise, bounded by no ε and counted in none: ${String(bare)}`];
  if (budget === null) return ['No privacy budget is set: bank budget --epsilon 4', ...uncovered].join('\n');
  const left = formatRemainingDown(budget.epsilon - chargedEpsilon - heldEpsilon);
  return [
    `ε charged ${formatEpsilonUp(chargedEpsilon)}, held ${formatEpsilonUp(heldEpsilon)}, left ${left} of ${String(budget.epsilon)}`,
    `ε released ${formatEpsilonUp(releasedEpsilon)}; δ ${String(budget.delta)}, unit: ${budget.unit}`,
    ...uncovered,
  ].join('\n');
}

export function policyAnswer(policies: {
  readonly local: LocalPolicy;
  readonly standing: StandingPolicy;
}): Answer {
  const { local, standing } = policies;
  const floors = Object.entries(local).map(([name, value]) => `  ${name}: ${String(value)}`);
  const released =
    standing.kind === 'off'
      ? 'Standing policy: off; every round waits for a person.'
      : `Standing policy: on for ${String(standing.rounds)} rounds while ${JSON.stringify(standing.limits)}.`;
  return { document: policies, words: ['Floors of this bank:', ...floors, released].join('\n') };
}

/** One line a part. */
export function verifyAnswer(checks: readonly StoreCheck[]): Answer {
  const widest = Math.max(...checks.map(({ part }) => part.length));
  const lines = checks.flatMap((check) => {
    const part = check.part.padEnd(widest);
    if (check.kind === 'verified') return [`${part}  verified  ${check.detail}`];
    return [`${part}  BROKEN    ${check.detail}`, `${' '.repeat(widest)}            ${check.nextStep}`];
  });
  return { document: { checks }, words: lines.join('\n') };
}

export function packAnswer(file: string, digest: string): Answer {
  const words = [
    `Pack written to ${file}`,
    `SHA-256 of its content: ${digest}`,
    'Anybody can check it with any Node from version 20 on, offline: node verify-pack.mjs FILE',
  ];
  return { document: { file, digest }, words: words.join('\n') };
}

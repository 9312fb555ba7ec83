/** Which one step the overview suggests, and why: a pure decision over what the backend says. */
import { type AppState } from '#shared/contract/bank.ts';
import { type CommandId } from '#shared/commands.ts';
import { type DataSummary } from '#shared/features/data-view.ts';
import { type PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import { type ReviewView } from '#shared/round/review-view.ts';
import { type RoundView, type RunView } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { FAILURE_TEXTS, inSentences } from '../../text/failure-texts.ts';
import { epsilonSpent, roundNumber } from '../../ui/format.ts';
import { type Route } from '../route.ts';

export type StepName = keyof typeof text.overview.steps;

export interface NextStep {
  readonly name: StepName;
  readonly title: string;
  readonly reason: string;
  readonly action: string;
  readonly route: Route;
  /** Where the step has keys of its own. */
  readonly command: CommandId | null;
}

/** null: that part is not known (yet, or its query failed); the decision then goes by the rest. */
export interface Situation {
  readonly app: AppState;
  readonly data: DataSummary | null;
  readonly privacy: PrivacyStateView | null;
  readonly runs: readonly RunView[] | null;
  readonly review: ReviewView | null;
}

const steps = text.overview.steps;
const rounds: Route = { screen: 'rounds', runId: null };
const review: Route = { screen: 'review', updateId: null };

/** null while too little is known: a step must not rest on a part that failed or is still loading. */
export function suggestNextStep(situation: Situation): NextStep | null {
  return (
    blockedStep(situation) ??
    reviewStep(situation) ??
    trainingStep(situation) ??
    preparationStep(situation) ??
    runStep(situation) ??
    waitStep(situation)
  );
}

function blockedStep({ app: { sendingBlocked } }: Situation): NextStep | null {
  if (sendingBlocked === null) return null;
  const route = FAILURE_TEXTS[sendingBlocked.code].place?.route ?? { screen: 'privacy' };
  const { title, action } = steps.blocked;
  return {
    name: 'blocked',
    title,
    reason: inSentences(sendingBlocked),
    action,
    route,
    command: null,
  };
}

function reviewStep({ review: held }: Situation): NextStep | null {
  if (held === null) return null;
  const round = roundNumber(held.roundIndex);
  switch (held.state.kind) {
    case 'waiting':
    case 'changed': {
      const { title, reason, action } = steps.review;
      return { name: 'review', title: title(round), reason, action, route: review, command: 'review.open' };
    }
    case 'counting-down':
    case 'sending': {
      const { title, reason, action } = steps.sending;
      return { name: 'sending', title: title(round), reason, action, route: review, command: 'go.review' };
    }
    case 'sent':
    case 'late':
    case 'withheld':
    case 'discarded':
      return null;
  }
}

function trainingStep({ runs }: Situation): NextStep | null {
  for (const { round, runId } of runs ?? []) {
    if (round === null) continue;
    const number = roundNumber(round.index);
    const route: Route = { screen: 'rounds', runId };
    if (round.participation.kind === 'training') {
      const { title, reason, action } = steps.training;
      return { name: 'training', title: title(number), reason, action, route, command: 'go.rounds' };
    }
    if (round.participation.kind === 'stopped') {
      const { title, action } = steps.stopped;
      const { failure } = round.participation;
      const reason = inSentences(failure);
      return { name: 'stopped', title: title(number), reason, action, route, command: 'go.rounds' };
    }
  }
  return null;
}

function preparationStep({ app, data, privacy }: Situation): NextStep | null {
  if (privacy?.budget === null)
    return { name: 'budget', ...steps.budget, route: { screen: 'privacy' }, command: 'go.privacy' };
  // The demo brings its own hub and data.
  if (app.demo.kind === 'starting') return null;
  const hubSettings: Route = { screen: 'settings', section: 'hub' };
  if (app.hub.kind === 'none') {
    const { title, reason, action } = steps.connect;
    return { name: 'connect', title, reason, action, route: hubSettings, command: null };
  }
  if (data?.rows === 0 && !data.imports.some(({ state }) => state.kind === 'running'))
    return {
      name: 'import',
      ...steps.import,
      route: { screen: 'data', view: 'import' },
      command: 'data.import',
    };
  if (app.hub.membership === 'waiting-for-approval')
    return { name: 'approval', ...steps.approval, route: hubSettings, command: null };
  return null;
}

function runStep({ runs }: Situation): NextStep | null {
  const open = (runs ?? []).filter(({ status }) => status === 'open');
  for (const run of open) {
    if (run.joined && run.round !== null && canTrain(run.round)) return trainStep(run, run.round);
  }
  const [other] = open.filter(({ joined }) => !joined);
  if (other === undefined) return null;
  const route: Route = { screen: 'rounds', runId: other.runId };
  if (other.obstacle !== null) {
    const { title, action } = steps.obstacle;
    const reason = inSentences(other.obstacle);
    return { name: 'obstacle', title: title(other.charter.title), reason, action, route, command: null };
  }
  const { title, reason, action } = steps.join;
  return { name: 'join', title: title(other.charter.title), reason, action, route, command: 'go.rounds' };
}

/** A round whose cohort trains now and whose training this bank has not started. */
export function canTrain(round: RoundView): boolean {
  return round.phase === 'training' && round.participation.kind === 'joined';
}

function trainStep(run: RunView, round: RoundView): NextStep {
  const { title, reason, reasonFree, action } = steps.train;
  const cost = run.epsilonOfNextRound;
  return {
    name: 'train',
    title: title(roundNumber(round.index)),
    reason: cost === null || cost === 0 ? reasonFree : reason(epsilonSpent(cost)),
    action,
    route: { screen: 'rounds', runId: run.runId },
    command: 'go.rounds',
  };
}

function waitStep({ runs }: Situation): NextStep | null {
  if (runs === null) return null;
  const { title, reason, reasonNoRun, action } = steps.wait;
  const isRunOpen = runs.some(({ status }) => status === 'open');
  return {
    name: 'wait',
    title,
    reason: isRunOpen ? reason : reasonNoRun,
    action,
    route: rounds,
    command: 'go.rounds',
  };
}

/** Runs, rounds and scopes as screens and command line see them. */
import type { z } from 'zod';
import type { PublishedQuality, PublishedSums } from '#main/learning/evaluate/published-quality.ts';
import type { RunId } from '#shared/ids.ts';
import type { ParticipationKind, ParticipationState } from '#shared/round/participation.ts';
import { plannedRounds } from '#shared/round/charter.ts';
import type {
  ModelVersionView,
  ParticipationView,
  RoundHistoryView,
  RoundView,
  RunView,
  ScopeView,
} from '#shared/round/round-view.ts';
import type { ScopeStore } from '../store/scopes.ts';
import type { Gate } from '../review/gate.ts';
import { plannedMechanisms } from '../review/cost.ts';
import { remainingMs } from '../review/round-context.ts';
import { obstacle, runCost, type Standing } from './joining.ts';
import type { Members } from './members.ts';
import type { OpenRounds } from './open-rounds.ts';
import type { Roster } from './roster.ts';
import type { RoundsPorts } from './rounds-ports.ts';
import type { RunRecord } from './store/records.ts';
import type { Uploads } from './uploads.ts';

export interface ViewSources {
  readonly ports: RoundsPorts;
  readonly gate: Gate;
  readonly scopes: ScopeStore;
  readonly roster: Roster;
  readonly members: Members;
  readonly openRounds: OpenRounds;
  readonly uploads: Uploads;
  readonly standing: () => Standing;
}

export function runView(sources: ViewSources, run: RunRecord): z.infer<typeof RunView> {
  const { members, roster } = sources;
  const { charter } = run.plan.plan;
  const scope = sources.scopes.newest(run.runId);
  return {
    runId: run.runId,
    charterHash: run.charterHash,
    charter,
    status: run.status,
    joined: run.membership === 'joined',
    tier: run.tier,
    committed: run.version,
    planned: plannedRounds(charter),
    members: members.of(run.runId).map(({ membership }) => ({
      bankId: membership.bankId,
      name: roster.name(membership.bankId),
      tier: membership.tier,
    })),
    round: roundView(sources, run),
    scope: scope === undefined ? null : scopeView(sources.scopes, scope),
    sumCheck: run.sumCheck,
    obstacle: obstacleOf(sources, run),
    ...costView(sources, run),
  };
}

/** Also set for a joined run whose log stopped verifying. */
function obstacleOf({ ports, standing }: ViewSources, run: RunRecord): z.infer<typeof RunView>['obstacle'] {
  if (run.membership === 'joined') return run.failure;
  return obstacle(ports, run, standing())?.toFailure() ?? null;
}

function costView(sources: ViewSources, run: RunRecord) {
  const { ledger } = sources.ports;
  const { charter } = run.plan.plan;
  if (charter.privacy.noiseMultiplier === 0 || ledger.budget() === null || run.status !== 'open')
    return { epsilonOfRun: null, epsilonOfNextRound: null };
  const from = firstUncharged(sources, run);
  const next = ledger.costOf(plannedMechanisms(charter, from, 1)).withHolds;
  return {
    epsilonOfRun: runCost(ledger, charter, from),
    epsilonOfNextRound: next.after - next.before,
  };
}

/** Index of the round that the next training would be charged for: an open round is in the ledger once trained for. */
function firstUncharged({ ports, openRounds }: ViewSources, run: RunRecord): number {
  const open = openRounds.ofRun(run.runId);
  const part = open && ports.participations.get(open.context.roundId)?.state.kind;
  return part !== undefined && CHARGED.has(part) ? run.version + 1 : run.version;
}

/** Not `stopped`: training again has a charge of its own. */
const CHARGED: ReadonlySet<ParticipationKind> = new Set([
  'training',
  'reviewing',
  'released',
  'sending',
  'sent',
  'withheld',
]);

function roundView(sources: ViewSources, run: RunRecord): z.infer<typeof RoundView> | null {
  const open = sources.openRounds.ofRun(run.runId);
  if (open === undefined) return null;
  const { context, state } = open;
  const part = sources.ports.participations.get(context.roundId);
  return {
    roundId: context.roundId,
    index: context.index,
    phase: state.phase,
    cohort: context.cohort,
    received: state.received,
    closesInMs: remainingMs(context, sources.ports.clock.monotonic()),
    reason: state.reason,
    participation: participationView(sources, part?.state ?? { kind: 'offered' }, context.roundId),
  };
}

export function roundHistory(sources: ViewSources, runId: RunId): z.infer<typeof RoundHistoryView>[] {
  return sources.ports.store.participationsOf(runId).map(({ roundId, index, trainings, state }) => ({
    roundId,
    index,
    trainings,
    participation: participationView(sources, state, roundId),
    updateId: sources.ports.review.newestOfRound(roundId) ?? null,
  }));
}

function participationView(
  { gate, uploads, ports }: ViewSources,
  state: ParticipationState,
  roundId: RoundView['roundId'],
): z.infer<typeof ParticipationView> {
  switch (state.kind) {
    case 'training': {
      const progress = gate.trainings.progress(roundId);
      return { kind: 'training', progress: progress ?? { phase: 'Training', share: 0, secondsLeft: null } };
    }
    case 'released':
      return { ...state, sendsInMs: gate.sendsInMs(state.updateId) ?? 0 };
    case 'sending': {
      const totalBytes = ports.review.held(state.updateId)?.header.byteLength ?? 0;
      return { ...state, sentBytes: uploads.sentBytes(state.updateId), totalBytes };
    }
    case 'offered':
    case 'joined':
    case 'stopped':
    case 'reviewing':
    case 'sent':
    case 'completed':
    case 'declined':
    case 'withheld':
    case 'missed':
    case 'withdrawn':
    case 'refused':
      return state;
  }
}

type Scope = NonNullable<ReturnType<ScopeStore['newest']>>;

export function scopeView(scopes: ScopeStore, scope: Scope): z.infer<typeof ScopeView> {
  const rounds = scopes.rounds(scope.number);
  const sent = rounds.filter((round) => round.sent);
  const first = scope.epsilons[0] ?? 0;
  return {
    runId: scope.runId,
    source: scope.source,
    rounds: scope.rounds,
    sent: sent.length,
    epsilonHeld: (scope.epsilons.at(-1) ?? first) - first,
    epsilonCharged: rounds.reduce((sum, { figures }) => sum + figures.epsilon, 0),
    limits: scope.limits,
    figures: rounds.map(({ index, figures }) => ({ index, figures })),
    state: scope.state,
  };
}

export function modelViews(
  { store }: Pick<RoundsPorts, 'store'>,
  quality: PublishedQuality,
): readonly z.infer<typeof ModelVersionView>[] {
  return store.models().flatMap((model) => {
    const run = store.run(model.runId);
    if (run === undefined) return [];
    const { charter } = run.plan.plan;
    const judged = {
      ...{ runId: run.runId, charter },
      published: (index: number): PublishedSums | undefined => store.logEntry(run.runId, index),
    };
    return [
      {
        runId: model.runId,
        runTitle: charter.title,
        version: model.version,
        checkpointHash: model.checkpointHash,
        adoptedAt: model.adoptedAt,
        current: model.version === run.version,
        included: model.included,
        banks: model.banks,
        quality: model.quality,
        federationQuality: quality.of(judged, model.version),
      },
    ];
  });
}

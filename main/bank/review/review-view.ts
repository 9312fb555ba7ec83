/** The review as screens and command line see it: everything from the held bytes, the open round and the ledger. */
import type { z } from 'zod';
import { digestOf } from '#main/wire/identity.ts';
import { type Charter, plannedRounds } from '#shared/round/charter.ts';
import { HISTOGRAM_BINS } from '#shared/round/evaluation.ts';
import type { FailureError } from '#shared/failure.ts';
import type { UpdateId } from '#shared/ids.ts';
import type { ReviewView } from '#shared/round/review-view.ts';
import type { RunRecord } from '../rounds/store/records.ts';
import { chargedTerms, mechanismsByRound, plannedSteps } from './cost.ts';
import { decisionView } from './decision-view.ts';
import type { Gate } from './gate.ts';
import type { GatePorts } from './gate-ports.ts';
import { withFigures } from './held-figures.ts';
import { layoutOf } from './held.ts';
import { defaultLimits } from './limits.ts';
import { checksOf } from './review-checks.ts';
import { remainingMs } from './round-context.ts';
import { planTable } from './plan-table.ts';
import type { HeldUpdate } from './store.ts';
import { wireFields, wireSample } from './wire-view.ts';

type View = z.infer<typeof ReviewView>;

export interface ReviewSources {
  readonly ports: GatePorts;
  readonly gate: Pick<Gate, 'sendsInMs' | 'signatures' | 'lastFailure'>;
  readonly runOf: (held: HeldUpdate) => RunRecord;
  readonly destination: () => Pick<View['destination'], 'consortium' | 'address' | 'operatorFingerprint'>;
  readonly signer: () => { readonly bank: string; readonly analyst: string; readonly keyFingerprint: string };
}

/** The named update, or the newest held one; null when nothing was ever held. Throws `figures-failed`. */
export function reviewView(sources: ReviewSources, updateId: UpdateId | undefined): View | null {
  const { ports } = sources;
  const id = updateId ?? ports.store.newestHeld();
  const stored = id === undefined ? undefined : ports.store.held(id);
  if (stored === undefined) return null;
  // Unless asked for by name: until the round is trained for again there is nothing to review.
  if (updateId === undefined && isDiscarded(ports, stored)) return null;
  const round = ports.roundOf(stored.roundId);
  // Once the round is over there is nothing to compute them from, and nothing to decide.
  const held = round === undefined ? stored : withFigures(ports, stored, round);
  const run = sources.runOf(held);
  const { charter } = run.plan.plan;
  const signatures = sources.gate.signatures(held.updateId);
  const decision = ports.store.decision(held.updateId);
  const isWaiting = decision === undefined && round !== undefined;
  return {
    updateId: held.updateId,
    runId: held.runId,
    roundId: held.roundId,
    roundIndex: held.index,
    rounds: plannedRounds(charter),
    state: stateView(sources, held),
    destination: { ...sources.destination(), runTitle: charter.title },
    identity: { ...sources.signer(), bankId: held.header.bankId },
    numbers: layoutOf({ charter, index: held.index }).reduce((sum, { length }) => sum + length, 0),
    bytes: held.header.byteLength,
    digest: held.header.payloadHash,
    createdAt: held.createdAt,
    closesInMs: round === undefined ? null : remainingMs(round, ports.clock.monotonic()),
    privacy: privacyView(ports, held, charter.privacy.unit),
    terms: {
      clippingNorm: charter.privacy.clippingNorm,
      noiseMultiplier: chargedTerms(charter, held.charge).privacy.noiseMultiplier,
      agreedNoiseMultiplier: charter.privacy.noiseMultiplier,
      samplingRate: charter.recipe.kind === 'plain' ? null : charter.recipe.samplingRate,
      steps: plannedSteps(charter, held.index),
    },
    checks: round === undefined ? [] : [...checksOf(ports, { held, round, signatures })],
    layers: held.statistics.layers,
    figures: figuresView(held),
    history: ports.store.history(held.runId).map(({ index, statistics }) => ({
      index,
      noiseRatio: statistics.noiseRatio,
      cosine: statistics.cosineWithLastPublished,
      norm: statistics.differenceNorm,
    })),
    localEffect: held.statistics.localEffect,
    wire: wireFields(held),
    wireSample: wireSample(held, charter),
    evaluation: evaluationView(held, charter),
    scope: isWaiting ? scopeOffer(ports, held, run) : null,
    dataVersion: held.statistics.dataVersion,
    note: decision === undefined || decision.note === '' ? null : decision.note,
    signatures,
    decision: decisionView(ports, held),
  };
}

function figuresView({ statistics }: HeldUpdate): View['figures'] {
  return {
    noiseRatio: statistics.noiseRatio,
    cosineWithLastPublished: statistics.cosineWithLastPublished,
    cosineWithOwnLast: statistics.cosineWithOwnLast,
    differenceNorm: statistics.differenceNorm,
    clippedShare: statistics.clippedShare,
  };
}

function stateView({ ports, gate }: ReviewSources, held: HeldUpdate): View['state'] {
  const state = ports.participations.get(held.roundId)?.state;
  const isChanged = digestOf(held.payload) !== held.header.payloadHash;
  if (ports.store.decision(held.updateId)?.kind === 'withheld')
    return isDiscarded(ports, held) ? { kind: 'discarded' } : { kind: 'withheld' };
  switch (state?.kind) {
    case 'reviewing':
      return isChanged ? { kind: 'changed' } : waitingView(gate.lastFailure(held.updateId));
    case 'released':
      return { kind: 'counting-down', sendsInMs: gate.sendsInMs(held.updateId) ?? 0 };
    case 'sending':
      return { kind: 'sending' };
    case 'sent':
    case 'completed':
      return { kind: 'sent' };
    case 'withheld':
    case 'withdrawn':
    case 'declined':
      return { kind: 'withheld' };
    case 'refused':
      return state.failure.code === 'digest-changed' ? { kind: 'changed' } : { kind: 'late' };
    case 'missed':
    case 'stopped':
    case 'training':
    case 'joined':
    case 'offered':
    case undefined:
      return { kind: 'late' };
  }
}

/** Withheld in favour of another training of its round, which follows it or is under way. */
function isDiscarded(
  { store, participations }: GatePorts,
  { updateId, roundId }: Pick<HeldUpdate, 'updateId' | 'roundId'>,
): boolean {
  if (store.decision(updateId)?.kind !== 'withheld') return false;
  const state = participations.get(roundId)?.state.kind;
  const isLast = store.heldOfRound(roundId)?.updateId === updateId;
  return !isLast || (state !== 'withheld' && state !== 'withdrawn');
}

function waitingView(failure: FailureError | undefined): View['state'] {
  return failure === undefined ? { kind: 'waiting' } : { kind: 'waiting', failure: failure.toFailure() };
}

function privacyView(
  ports: GatePorts,
  { charge }: HeldUpdate,
  unit: NonNullable<View['privacy']>['unit'],
): View['privacy'] {
  const budget = ports.ledger.budget();
  if (charge === null || budget === null) return null;
  return {
    unit,
    epsilonBefore: charge.epsilonBefore,
    epsilonAfter: charge.epsilonAfter,
    epsilonOfThisRound: charge.epsilonAfter - charge.epsilonBefore,
    budget: budget.epsilon,
    delta: budget.delta,
    chargeSequence: charge.sequence,
  };
}

/** What the score histogram of this update says and costs; null where it carries none. */
function evaluationView({ index, charge }: HeldUpdate, charter: Charter): View['evaluation'] {
  const { histogram } = charter.evaluation;
  if (histogram.kind === 'off' || charge?.evaluation == null) return null;
  const { noiseStandardDeviation, rowsPerUnit } = histogram;
  return {
    version: index,
    counts: 2 * HISTOGRAM_BINS,
    noiseStandardDeviation,
    rowsPerUnit,
    chargeSequence: charge.evaluation.sequence,
  };
}

/** What releasing this and the following k rounds would hold, k = 0 … the rounds that are left. */
function scopeOffer({ ledger }: GatePorts, held: HeldUpdate, run: RunRecord): View['scope'] {
  const { charter } = run.plan.plan;
  const following = plannedRounds(charter) - held.index - 1;
  const byRound = mechanismsByRound(charter, held.index + 1, following);
  const isFree = byRound.every((mechanisms) => mechanisms.length === 0);
  const table = isFree ? new Array<number>(following + 1).fill(0) : planTable(ledger, byRound);
  const first = table[0] ?? 0;
  const dearest = Math.max(0, ...table.slice(1).map((epsilon, k) => epsilon - (table[k] ?? 0)));
  return {
    epsilonHeldByRounds: table.map((epsilon) => epsilon - first),
    epsilonInTheEndByRounds: [...table],
    defaultLimits: defaultLimits({
      noiseRatio: held.statistics.noiseRatio,
      cosine: held.statistics.cosineWithLastPublished,
      dearestRound: dearest,
    }),
  };
}

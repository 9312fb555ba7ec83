/** Makes the held update of a training's outcome: its header binds the exact bytes, its figures are computed from them. Pure. */
import { digestOf } from '#main/wire/identity.ts';
import type { BankId, UpdateId, UtcTime } from '#shared/ids.ts';
import { updateLayout, type VectorLayout, type VectorName } from '#shared/round/update-layout.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import { decodeUpdate } from '#main/learning/recipes/update-codec.ts';
import type { TrainingOutcome } from '../training/trainer.ts';
import type { ChargeRecord } from './approval.ts';
import { chargedTerms } from './cost.ts';
import { type HeldVector, updateFigures } from './figures.ts';
import { lastPublished, type RoundContext } from './round-context.ts';
import type { HeldStatistics, HeldUpdate } from './store.ts';

export interface HoldInput {
  readonly round: RoundContext;
  readonly outcome: TrainingOutcome;
  readonly charge: ChargeRecord | null;
  readonly bankId: BankId;
  readonly updateId: UpdateId;
  readonly createdAt: UtcTime;
  readonly statistics: HeldStatistics;
}

export function holdUpdate(input: HoldInput): HeldUpdate {
  const { round, outcome, charge, bankId, updateId } = input;
  const payloadHash = digestOf(outcome.payload);
  return {
    updateId,
    roundId: round.roundId,
    runId: round.runId,
    index: round.index,
    header: {
      consortiumId: round.consortiumId,
      runId: round.runId,
      roundId: round.roundId,
      bankId,
      updateId,
      charterHash: round.charterHash,
      baseHash: round.baseHash,
      payloadHash,
      byteLength: outcome.payload.length,
    },
    payload: outcome.payload,
    statistics: input.statistics,
    ownGradient: outcome.ownGradient ?? null,
    charge,
    createdAt: input.createdAt,
  };
}

export function layoutOf(round: Pick<RoundContext, 'charter' | 'index'>): readonly VectorLayout[] {
  return updateLayout(round.charter, parameterCount(round.charter.model.layers), round.index);
}

/** The vectors of held bytes, or undefined when the bytes do not have the layout that the charter gives them. */
export function heldVectors(
  layout: readonly VectorLayout[],
  payload: Uint8Array,
): readonly HeldVector[] | undefined {
  const decoded = decodeUpdate(layout, payload);
  if (decoded.kind === 'refused') return undefined;
  return layout.flatMap(({ name, gridStep }) => {
    const integers = decoded.vectors[name];
    return integers === null ? [] : [{ name, gridStep, integers }];
  });
}

/** The vector that has a direction to compare: the sum of gradients, else the model difference. */
function directionOf(update: HeldUpdate, round: RoundContext): Float64Array | null {
  const vectors = heldVectors(layoutOf({ charter: round.charter, index: update.index }), update.payload);
  const named = (name: VectorName): HeldVector | undefined => vectors?.find((one) => one.name === name);
  const direction = named('sum') ?? named('difference');
  return direction?.integers ?? null;
}

/** What the figures of held bytes are computed from; `statistics` of the outcome are raw and only carried along. */
export interface FigureSource {
  readonly round: RoundContext;
  /** Says how much noise the bytes carry. */
  readonly charge: ChargeRecord | null;
  readonly outcome: Pick<TrainingOutcome, 'payload' | 'statistics' | 'localEffect'>;
  /** This bank's last included update of the run. */
  readonly before: HeldUpdate | undefined;
  readonly dataVersion: HeldStatistics['dataVersion'];
}

export function statisticsOf({ round, charge, outcome, before, dataVersion }: FigureSource): HeldStatistics {
  const vectors = heldVectors(layoutOf(round), outcome.payload);
  const figures = updateFigures({
    charter: chargedTerms(round.charter, charge),
    index: round.index,
    vectors: vectors ?? [],
    lastPublished: lastPublished(round),
    ownLast: before === undefined ? null : directionOf(before, round),
  });
  return {
    ...figures,
    layers: [...figures.layers],
    ...outcome.statistics,
    isWellFormed: vectors !== undefined,
    isModelHealthy: round.model.alarms.length === 0,
    localEffect: outcome.localEffect,
    dataVersion,
    areComputed: true,
  };
}

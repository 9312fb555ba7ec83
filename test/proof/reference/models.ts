/** Trains the three models of the comparison with the product's own code: pooled, each bank alone, and federated. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { unitsHeld } from '#main/bank/training/training-data.ts';
import { createTrainingSession, type TrainingSession } from '#main/bank/training/session.ts';
import type { FeatureRows, FeatureSet } from '#main/bank/features/feature-rows.ts';
import type { TrainingAnswer } from '#main/bank/training/questions.ts';
import type { EngineSetup } from '#main/learning/engine.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { type Checkpoint, initialCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { addToSums, emptySums } from '#main/learning/recipes/sums.ts';
import { decodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { trainAlone } from '#main/learning/rivals/alone.ts';
import type { NamedEngine } from '#main/platform/engine/chosen.ts';
import { realClock } from '#main/platform/clock.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import type { Charter } from '#shared/round/charter.ts';
import { sizeTier } from '#shared/round/size-tier.ts';
import { updateLayout } from '#shared/round/update-layout.ts';

const workers = createWorkers({ entryDirectory: path.join(import.meta.dirname, '../../../main/entry') });

function openKernel(setup: EngineSetup): NamedEngine {
  const threads = availableParallelism();
  const startThread = (data: unknown): void => void workers.start('kernel', data);
  return { name: 'kernel', engine: createKernel({ ...setup, threads, startThread }) };
}

/** Weights of the model that one party trains on these rows alone, without privacy. */
export function trainRivalOn(
  kind: 'pooled' | 'local',
  rows: readonly FeatureRows[],
  charter: Charter,
): Float64Array {
  const parts = rows.map(({ x, y }) => ({ features: x, labels: y }));
  return trainAlone({ kind, parts, model: charter.model, openEngine: (setup) => openKernel(setup).engine });
}

interface Member {
  readonly session: TrainingSession;
  readonly bankId: string;
  readonly tier: number;
}

/** The last checkpoint of a whole run: every bank's session and the hub's public arithmetic, in one process. */
export async function trainFederated(
  banks: readonly FeatureSet[],
  charter: Charter,
  onRound: (done: number) => void,
): Promise<Checkpoint> {
  const members = await Promise.all(banks.map((split, n) => openMember(split, charter, n)));
  const own = new Map<string, Float64Array>();
  let checkpoint = initialCheckpoint(charter);
  for (let round = 0; round < charter.recipe.rounds; round++) {
    checkpoint = federatedRound(charter, checkpoint, { members, own });
    onRound(round + 1);
  }
  for (const { session } of members) session.close();
  return checkpoint;
}

async function openMember(split: FeatureSet, charter: Charter, n: number): Promise<Member> {
  const session = createTrainingSession({
    random: systemRandom,
    clock: realClock,
    openEngine: (_, setup) => Promise.resolve(openKernel(setup)),
  });
  await session.load({ charter, engine: 'kernel', ...split });
  return { session, bankId: `bank ${String(n)}`, tier: sizeTier(unitsHeld(charter, split.train)) };
}

interface Federation {
  readonly members: readonly Member[];
  /** ḡ_b of each bank's last update; all are included. */
  readonly own: Map<string, Float64Array>;
}

function federatedRound(charter: Charter, checkpoint: Checkpoint, { members, own }: Federation): Checkpoint {
  const layout = updateLayout(charter, checkpoint.weights.length, checkpoint.round);
  let sums = emptySums(layout);
  for (const member of members) {
    const answer = trainMember(member, checkpoint, own.get(member.bankId));
    const decoded = decodeUpdate(layout, answer.payload);
    if (decoded.kind === 'refused')
      throw new Error(`the update of ${member.bankId} is ${decoded.refusal.kind}`);
    sums = addToSums(sums, decoded.vectors, member.tier);
    if (answer.ownGradient) own.set(member.bankId, answer.ownGradient);
  }
  const included = members.map(({ bankId, tier }) => ({ bankId, tier }));
  return stepFromSums({ charter, checkpoint, sums, included });
}

function trainMember(
  { session, tier }: Member,
  checkpoint: Checkpoint,
  ownGradient: Float64Array | undefined,
): TrainingAnswer {
  const order = { order: 0, tier, checkpoint, withLocalEffect: false, ...(ownGradient && { ownGradient }) };
  return session.train(order, { isStopped: () => false, onShare: () => undefined });
}

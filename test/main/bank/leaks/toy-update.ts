/** An update of the toy bank as the gate would hold it, and the task that tests it. */
import type { LeakTestPorts } from '#main/bank/leaks/held-tests.ts';
import type { HeldTask } from '#main/bank/leaks/task.ts';
import { createChance } from '#main/learning/kernel/chance.ts';
import { createKernel } from '#main/learning/kernel/pool.ts';
import { publicRandom } from '#main/learning/model/public-random.ts';
import { initialCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { trainUpdate } from '#main/learning/recipes/local-training.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { addToSums, emptySums } from '#main/learning/recipes/sums.ts';
import { clippedUnit } from '#main/learning/recipes/training-terms.ts';
import { encodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { rowsByAccount } from '#main/learning/dp-sgd/account-rows.ts';
import { aesKeystream } from '#main/platform/engine/keystream.ts';
import type { Charter } from '#shared/round/charter.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { toySplit, type ToySize } from '../training/toy-bank.ts';

const TIER = 4096;

/** Round 1: the first round of few-rounds moves nothing. */
export function toyTask(charter: Charter, size: ToySize): HeldTask {
  const { train, test } = toySplit(size);
  const { layers, activation } = charter.model;
  const unit = clippedUnit(charter);
  const data = { features: train.x, labels: train.y };
  const setup = { network: { layers, activation }, data, unit };
  const engine = createKernel({ ...setup, threads: 1, startThread: () => undefined });
  const chance = createChance(aesKeystream(seededRandom('toy update')));
  let checkpoint = initialCheckpoint(charter);
  const update = () =>
    trainUpdate({
      ...{ charter, checkpoint, engine, tier: TIER, lastOwnMean: null, chance },
      units:
        unit === 'row'
          ? { kind: 'rows', count: train.rows }
          : { kind: 'accounts', accounts: rowsByAccount(train.accountIndex) },
    });
  const layoutOf = (round: number) => updateLayout(charter, checkpoint.weights.length, round);
  const included = [{ bankId: 'own', tier: TIER }];
  const sums = addToSums(emptySums(layoutOf(0)), update().vectors, TIER);
  if (charter.recipe.kind !== 'plain') checkpoint = stepFromSums({ charter, checkpoint, sums, included });
  const payload = encodeUpdate(layoutOf(checkpoint.round), update().vectors);
  engine.close();
  const epsilon = charter.privacy.noiseMultiplier > 0 ? 0.7 : null;
  return { kind: 'held', charter, checkpoint, payload, tier: TIER, epsilon, train, test, engine: 'kernel' };
}

export function testPorts(phases: string[] = []): LeakTestPorts {
  let keys = 0;
  return {
    random: publicRandom(4),
    chance: () => createChance(aesKeystream(seededRandom(`chance ${String(keys++)}`))),
    openEngine: (setup) =>
      Promise.resolve(createKernel({ ...setup, threads: 1, startThread: () => undefined })),
    onPhase: (phase) => void phases.push(phase),
  };
}

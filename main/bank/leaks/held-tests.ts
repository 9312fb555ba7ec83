/** Runs every leak test on the exact held bytes. For the leak test thread; nothing of what it answers leaves the bank. */
import type { LeakTest } from '#shared/privacy/leak-view.ts';
import { analyticInversion } from '../../learning/attacks/analytic-inversion.ts';
import { nearestRows } from '../../learning/attacks/attacked-rows.ts';
import { type InvertedBatch, invertGradient } from '../../learning/attacks/optimisation-inversion.ts';
import { trapMarks } from '../../learning/attacks/trap-alarm.ts';
import type { PublicRandom } from '../../learning/model/public-random.ts';
import { attackedRows, attackedUpdate, type AttackedUpdate } from './attacked-update.ts';
import { type AuditRunPorts, runAudit } from './audit-run.ts';
import { analyticTest, optimisationTest, type SearchOutcome } from './inversion-tests.ts';
import { membershipTest } from './membership-test.ts';
import { comparedRows, drawMembership, membershipUnits } from './membership-units.ts';
import { auditTest, noAuditTest, trapTest } from './public-tests.ts';
import type { HeldTask } from './task.ts';

export interface LeakTestPorts extends AuditRunPorts {
  /** Starts of the search and draws of the comparison; not noise. */
  readonly random: PublicRandom;
  readonly onPhase: (phase: string, share: number) => void;
}

/** Batches that the search assumes, by their labels: it can't know how many rows an update is of. */
const ASSUMED_BATCHES = [[0], [1], [0, 0, 0, 1]];
const SEARCH = { iterations: 600, restarts: 2 };

export async function heldTests(task: HeldTask, ports: LeakTestPorts): Promise<readonly LeakTest[]> {
  const update = attackedUpdate(task);
  const { charter, checkpoint } = task;
  const { layers } = charter.model;
  ports.onPhase('Reading rows from the first layer', 0);
  const analytic = analyticOf(task, update);
  ports.onPhase('Searching for rows', 0.2);
  const optimisation = optimisationTest(search(task, update, ports.random));
  ports.onPhase('Comparing losses', 0.5);
  const membership = membershipOf(task, update, ports.random);
  ports.onPhase('Auditing the noise', 0.6);
  const audit =
    charter.privacy.noiseMultiplier > 0 ? auditTest(await runAudit(charter, ports)) : noAuditTest();
  ports.onPhase('Looking for a trap', 0.95);
  return [
    analytic,
    optimisation,
    membership,
    audit,
    trapTest(trapMarks({ layers, weights: checkpoint.weights })),
  ];
}

function analyticOf({ charter, checkpoint, train, test }: HeldTask, { vectors }: AttackedUpdate): LeakTest {
  const layer = { layers: charter.model.layers, weights: checkpoint.weights };
  const targets = { train: attackedRows(train), heldOut: attackedRows(test) };
  return analyticTest(analyticInversion(vectors, layer, targets), { train: train.rows, heldOut: test.rows });
}

function search(
  { charter, checkpoint, train, test }: HeldTask,
  { gradient }: AttackedUpdate,
  random: PublicRandom,
): SearchOutcome {
  const { layers, activation } = charter.model;
  const problem = { network: { layers, activation }, weights: checkpoint.weights, target: gradient };
  const batches = ASSUMED_BATCHES.map((labels) =>
    invertGradient({ ...problem, labels: Uint8Array.from(labels) }, SEARCH, random),
  );
  const guesses = batches.flatMap(({ rows }) => rows);
  const best = batches.reduce((a, b): InvertedBatch => (b.objective < a.objective ? b : a));
  return {
    assumedRows: [...new Set(ASSUMED_BATCHES.map(({ length }) => length))],
    bestCosine: best.cosine,
    bestObjective: best.objective,
    best: nearestRows(guesses, attackedRows(train))[0]?.relativeDistance ?? null,
    bestByChance: nearestRows(guesses, attackedRows(test))[0]?.relativeDistance ?? null,
  };
}

function membershipOf(
  { charter, checkpoint, train, test, epsilon }: HeldTask,
  { weightsAfter }: AttackedUpdate,
  random: PublicRandom,
): LeakTest {
  const { unit, delta } = charter.privacy;
  const { layers, activation } = charter.model;
  const step = { network: { layers, activation }, unit, before: checkpoint.weights, after: weightsAfter };
  const promise = epsilon === null ? null : { epsilon, delta };
  const units = membershipUnits(step, comparedRows({ train, test }));
  return membershipTest({ ...drawMembership(units, random), unit, promise });
}

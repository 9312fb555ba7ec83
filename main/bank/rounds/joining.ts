/** Joining and leaving a run: what speaks against it, the public tier, and this bank's signature under the charter. */
import { signStatement } from '#main/wire/identity.ts';
import type { Membership } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import { type Charter, plannedRounds } from '#shared/round/charter.ts';
import { plannedMechanisms } from '../review/cost.ts';
import type { GateLedger } from '../review/ledger-port.ts';
import { charterProblem, costProblem } from '../settings/policy.ts';
import type { RoundsPorts } from './rounds-ports.ts';
import type { RunRecord } from './store/records.ts';

export interface Standing {
  readonly membership: Membership;
  /** Transactions that this bank holds. */
  readonly rows: number;
}

/** Why this bank can't join the run now; null when it can. Everything here is known without touching the data. */
export function obstacle(
  ports: Pick<RoundsPorts, 'ledger' | 'policy'>,
  run: RunRecord,
  standing: Standing,
): FailureError | null {
  const { charter } = run.plan.plan;
  if (run.failure !== null) return FailureError.from(run.failure);
  if (run.status !== 'open') return new FailureError('run-not-open', 'This run is over');
  if (standing.membership === 'suspended')
    return new FailureError('bank-suspended', 'The operator suspended this bank');
  if (standing.membership !== 'member')
    return new FailureError('not-approved', 'The operator has not approved this bank yet');
  const policy = charterProblem(ports.policy(), charter);
  if (policy !== null) return policy;
  if (standing.rows === 0)
    return new FailureError(
      'data-missing',
      'Joining declares a public size tier, and this bank holds no rows',
    );
  return budgetObstacle(ports, run);
}

function budgetObstacle(ports: Pick<RoundsPorts, 'ledger' | 'policy'>, run: RunRecord): FailureError | null {
  const { charter } = run.plan.plan;
  const { noiseMultiplier, unit } = charter.privacy;
  if (noiseMultiplier === 0) return null;
  const budget = ports.ledger.budget();
  if (budget === null) return new FailureError('budget-not-set', 'No privacy budget is set');
  if (budget.unit !== unit)
    return new FailureError(
      'unit-mismatch',
      `The charter protects one ${unit}, this store accounts for one ${budget.unit}`,
    );
  const cost = runCost(ports.ledger, charter, run.version);
  const first = plannedMechanisms(charter, run.version, 1);
  const { before, after } = ports.ledger.costOf(first).withHolds;
  return costProblem(ports.policy(), {
    epsilonOfRound: after - before,
    epsilonOfRun: ports.ledger.chargedEpsilon() - firstEpsilon(ports.ledger, run) + cost,
    epsilonInTotal: before + cost,
  });
}

/** Charged ε when this bank first joined the run: leaving it and coming back buys nothing back of the run's floor. */
function firstEpsilon(ledger: Pick<GateLedger, 'chargedEpsilon'>, run: RunRecord): number {
  return run.membership === 'none' ? ledger.chargedEpsilon() : run.epsilonAtJoin;
}

/** ε that the rounds of the run from this one on would add to the ledger as it is. */
export function runCost(ledger: Pick<GateLedger, 'costOf'>, charter: Charter, from: number): number {
  const mechanisms = plannedMechanisms(charter, from, plannedRounds(charter) - from);
  const { before, after } = ledger.costOf(mechanisms).withHolds;
  return after - before;
}

/** Signs the charter with the tier of the prepared data. Throws the obstacle, or what the hub or the data say. */
export async function joinRun(ports: RoundsPorts, run: RunRecord, standing: Standing): Promise<void> {
  if (run.membership === 'joined') return;
  const problem = obstacle(ports, run, standing);
  if (problem !== null) throw problem;
  const { charter } = run.plan.plan;
  const { tier } = await ports.trainer.prepare(charter);
  if (tier > charter.participation.largestTier)
    throw new FailureError(
      'charter-invalid',
      'This bank holds more rows than the grids of the charter allow',
      {
        tier,
        largest: charter.participation.largestTier,
      },
    );
  const { bankId, privateKey } = ports.identity();
  const membership = { runId: run.runId, charterHash: run.charterHash, bankId, tier };
  const { calls } = await ports.hub();
  await calls.joinRun({ membership, signature: signStatement(privateKey, 'run-membership', membership) });
  ports.transact(() => {
    ports.store.noteJoined(run.runId, { tier, epsilonAtJoin: firstEpsilon(ports.ledger, run) });
    ports.audit('run.joined', { ...membership });
  });
  ports.changed('runs');
}

/** Ends this bank's part in the run; an update that is on its way is not called back. */
export async function leaveRun(ports: RoundsPorts, runId: RunId): Promise<void> {
  const { calls } = await ports.hub();
  await calls.leaveRun({ runId });
  ports.transact(() => {
    for (const part of ports.participations.open()) {
      if (part.runId === runId) ports.gate.roundEvent(part.roundId, { kind: 'left-run' });
    }
    ports.gate.runLeft(runId);
    ports.store.noteLeft(runId);
    ports.audit('run.left', { runId });
  });
  ports.ledger.mirrorCommitted();
  ports.changed('runs');
}

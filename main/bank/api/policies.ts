/** The contract's methods about floors, standing policy and budget: what loosens takes a reason, and both reviewers in mode `two`. */
import { canonicalJson } from '#shared/canonical.ts';
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers, Parsed } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import {
  loosensBudget,
  loosensStanding,
  type PolicyChange,
  policyChanges,
} from '#shared/privacy/policy-change.ts';
import type { Services } from '../services.ts';

type PolicyMethods = Extract<keyof BankContract, `policy.${string}`> | 'privacy.setBudget';

export function policyHandlers(services: Services): Pick<Handlers<BankContract>, PolicyMethods> {
  const { preferences, changes } = services;
  return {
    'policy.read': () => ({ local: preferences.policy(), standing: preferences.standing() }),
    'policy.setLocal': async (request) => {
      await setLocal(services, request);
      changes.note('policy', 'runs', 'review');
      return {};
    },
    'policy.setStanding': async (request) => {
      await setStanding(services, request);
      changes.note('policy', 'runs');
      return {};
    },
    'privacy.setBudget': async (request) => {
      await setBudget(services, request);
      changes.note('privacy', 'runs', 'review');
      return {};
    },
  };
}

type Request<K extends keyof BankContract> = Parsed<BankContract[K]>;

async function setLocal(
  { preferences, reviewers, gatePorts, audit }: Services,
  { policy, reason, countersigned }: Request<'policy.setLocal'>,
): Promise<void> {
  const changed = policyChanges(preferences.policy(), policy);
  const detail = { reason, changes: changed.map((change) => ({ ...change })) };
  const apply = (): void => {
    requireSameStart(changed, policyChanges(preferences.policy(), policy));
    preferences.setPolicy(policy);
  };
  if (changed.some(({ loosens }) => loosens)) {
    requireReason(reason, `Loosening ${loosened(changed)}`);
    await reviewers.change({ action: 'policy.loosened', detail, countersigned, apply });
    return;
  }
  gatePorts.transact(() => {
    apply();
    audit.parley('policy.tightened', detail);
  });
}

function loosened(changes: readonly PolicyChange[]): string {
  return changes
    .filter(({ loosens }) => loosens)
    .map(({ field, from, to }) => `${field} from ${String(from)} to ${String(to)}`)
    .join(', ');
}

/** The floors that were compared are still those that stand, after the passphrases were tried. */
function requireSameStart(asked: readonly PolicyChange[], now: readonly PolicyChange[]): void {
  const textOf = (changes: readonly PolicyChange[]): string =>
    canonicalJson(changes.map((change) => ({ ...change })));
  if (textOf(asked) !== textOf(now))
    throw new FailureError('busy', 'The policy was changed meanwhile; look at it and decide again');
}

async function setStanding(
  { preferences, reviewers, gate, gatePorts, ledger, rounds }: Services,
  { policy, countersigned }: Request<'policy.setStanding'>,
): Promise<void> {
  const apply = (): void => {
    preferences.setStanding(policy);
  };
  if (loosensStanding(policy)) {
    const detail = policy.kind === 'on' ? { ...policy, limits: { ...policy.limits } } : { ...policy };
    await reviewers.change({ action: 'policy.standing-on', detail, countersigned, apply });
    gate.standingChanged();
  } else {
    gatePorts.transact(() => {
      apply();
      gate.standingChanged();
    });
    ledger.mirrorCommitted();
  }
  void rounds.sync.run();
}

async function setBudget(
  { ledger, reviewers }: Services,
  { countersigned, ...budget }: Request<'privacy.setBudget'>,
): Promise<void> {
  const before = ledger.budget();
  if (before === null || !loosensBudget(before, budget.epsilon)) {
    ledger.setBudget(budget);
    return;
  }
  const { epsilon, reason } = budget;
  requireReason(reason, `Raising the budget from ${String(before.epsilon)} to ${String(epsilon)}`);
  await reviewers.change({
    action: 'privacy.budget-raised',
    detail: { from: before.epsilon, to: epsilon, delta: before.delta, unit: before.unit, reason },
    countersigned,
    apply: () => {
      if (ledger.budget()?.epsilon !== before.epsilon)
        throw new FailureError('busy', 'The budget was changed meanwhile; look at it and decide again');
      ledger.setBudget(budget);
    },
  });
  ledger.mirrorCommitted();
}

function requireReason(reason: string, what: string): void {
  if (reason.trim() === '')
    throw new FailureError('invalid-input', `${what} takes a reason`, { field: 'reason' });
}

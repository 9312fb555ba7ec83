import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '#main/bank/privacy/ledger.ts';
import { isFailure } from '#shared/failure.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import { BUDGET, CHARGE, ledgerFixture, rowCount, RUN } from './ledger-fixture.ts';

type Action =
  | { readonly kind: 'charge'; readonly mechanism: Mechanism }
  | { readonly kind: 'charge-held'; readonly index: number; readonly steps: number }
  | { readonly kind: 'hold'; readonly mechanism: Mechanism }
  | { readonly kind: 'return'; readonly index: number }
  | { readonly kind: 'outcome'; readonly index: number; readonly outcome: 'released' | 'withheld' | 'late' }
  | { readonly kind: 'budget'; readonly epsilon: number; readonly reason: string };

/** Full-batch releases are accounted for exactly and at once, so that thousands of actions take no time. */
const mechanism = fc.record({
  samplingRate: fc.constant(1),
  noiseMultiplier: fc.constantFrom(4, 9, 20, 60),
  steps: fc.integer({ min: 1, max: 6 }),
});
const index = fc.nat(20);

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('charge' as const), mechanism }),
  fc.record({ kind: fc.constant('charge-held' as const), index, steps: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('hold' as const), mechanism }),
  fc.record({ kind: fc.constant('return' as const), index }),
  fc.record({
    kind: fc.constant('outcome' as const),
    index,
    outcome: fc.constantFrom('released' as const, 'withheld' as const, 'late' as const),
  }),
  fc.record({
    kind: fc.constant('budget' as const),
    epsilon: fc.constantFrom(1, 2, 4, 8),
    reason: fc.constantFrom('', 'agreed'),
  }),
);

interface Handles {
  readonly charges: number[];
  readonly holds: { sequence: number; mechanism: Mechanism }[];
}

function perform(ledger: Ledger, step: Action, { charges, holds }: Handles): void {
  const hold = (i: number) => holds[i % Math.max(1, holds.length)];
  switch (step.kind) {
    case 'charge':
      charges.push(ledger.charge({ ...CHARGE, mechanism: step.mechanism }));
      return;
    case 'charge-held': {
      const held = hold(step.index);
      if (held === undefined) return;
      charges.push(
        ledger.charge({
          ...CHARGE,
          mechanism: { ...held.mechanism, steps: step.steps },
          hold: held.sequence,
        }),
      );
      return;
    }
    case 'hold': {
      const sequence = ledger.hold({ runId: RUN, mechanisms: [step.mechanism], clippingNorm: 1 });
      holds.push({ sequence, mechanism: step.mechanism });
      return;
    }
    case 'return': {
      const held = hold(step.index);
      if (held !== undefined) ledger.returnHold(held.sequence);
      return;
    }
    case 'outcome': {
      const charge = charges[step.index % Math.max(1, charges.length)];
      if (charge !== undefined) ledger.recordOutcome(charge, step.outcome);
      return;
    }
    case 'budget':
      ledger.setBudget({ ...BUDGET, epsilon: step.epsilon, reason: step.reason });
      return;
  }
}

describe('any sequence of actions', () => {
  it('never lowers ε, never spends beyond the budget of the moment, and leaves no trace of a refusal', () => {
    const reached = { charged: 0, fromHold: 0, exhausted: 0, uncovered: 0 };
    fc.assert(
      fc.property(fc.array(action, { minLength: 10, maxLength: 40 }), (steps) => {
        const { ledger, database, open } = ledgerFixture();
        ledger.setBudget(BUDGET);
        const handles: Handles = { charges: [], holds: [] };
        for (const step of steps) {
          const before = ledger.state();
          const rows = rowCount(database);
          try {
            perform(ledger, step, handles);
          } catch (error) {
            if (!isFailure(error)) throw error;
            expect(rowCount(database)).toBe(rows);
            expect(ledger.state()).toEqual(before);
            if (error.code === 'budget-exhausted') reached.exhausted++;
            if (error.code === 'scope-stopped') reached.uncovered++;
          }
          const after = ledger.state();
          expect(after.chargedEpsilon).toBeGreaterThanOrEqual(before.chargedEpsilon);
          expect(after.releasedEpsilon).toBeGreaterThanOrEqual(before.releasedEpsilon);
          expect(after.releasedEpsilon).toBeLessThanOrEqual(after.chargedEpsilon);
          if (after.chargedEpsilon > before.chargedEpsilon) {
            expect(after.chargedEpsilon + after.heldEpsilon).toBeLessThanOrEqual(
              (after.budget?.epsilon ?? 0) + 1e-9,
            );
            reached[step.kind === 'charge-held' ? 'fromHold' : 'charged']++;
          }
        }
        expect(open().state()).toEqual(ledger.state());
      }),
      { numRuns: 25, seed: 4_711 },
    );
    for (const times of Object.values(reached)) expect(times).toBeGreaterThan(5);
  });
});

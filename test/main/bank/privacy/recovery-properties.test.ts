import { copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '#main/bank/privacy/ledger.ts';
import { stepsBeyond } from '#main/bank/privacy/recovery.ts';
import { isFailure } from '#shared/failure.ts';
import type { Mechanism } from '#shared/privacy/mechanism.ts';
import { BUDGET, CHARGE, ledgerFixture, type LedgerFixture, openDatabase, RUN } from './ledger-fixture.ts';

/** Full-batch releases are accounted for exactly and at once. */
const mechanism = fc.record({
  samplingRate: fc.constant(1),
  noiseMultiplier: fc.constantFrom(20, 60, 90),
  steps: fc.integer({ min: 1, max: 4 }),
});

type Action =
  | { readonly kind: 'charge' | 'hold'; readonly mechanism: Mechanism }
  | { readonly kind: 'charge-held' | 'return' }
  /** The file as it is now is kept for a restore. */
  | { readonly kind: 'copy' }
  | { readonly kind: 'restore'; readonly index: number; readonly withKeys: boolean };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('charge' as const), mechanism }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('hold' as const), mechanism }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('charge-held' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('return' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('copy' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('restore' as const), index: fc.nat(9), withKeys: fc.boolean() }),
  },
);

/** One machine: its files come and go, what was really drawn stays. */
class World {
  readonly fixture: LedgerFixture = ledgerFixture();
  ledger: Ledger = this.fixture.ledger;
  database = this.fixture.database;
  /** Everything that noise was drawn for: a test knows, a bank does not. */
  drawn: readonly Mechanism[] = [];
  /** The part of it that may have left: what the hub's head stands for. */
  left: readonly Mechanism[] = [];
  readonly copies: {
    readonly file: string;
    readonly head: LedgerFixture['mirror']['head'];
    readonly drawn: readonly Mechanism[];
  }[] = [];
  readonly holds: { readonly sequence: number; readonly mechanism: Mechanism }[] = [];
  /** As the hub keeps it: the head of the last release. */
  hub: string | undefined;
  readonly reached = { missing: 0, closed: 0, charged: 0, held: 0 };

  perform(step: Action): void {
    switch (step.kind) {
      case 'charge':
        this.charge(step.mechanism, null);
        return;
      case 'hold': {
        const { mechanism: held } = step;
        const sequence = this.ledger.hold({ runId: RUN, mechanisms: [held], clippingNorm: 1 });
        this.holds.push({ sequence, mechanism: held });
        return;
      }
      case 'charge-held': {
        const held = this.holds.findLast((one) => this.ledger.isCovered(one.sequence, one.mechanism));
        if (held !== undefined) this.chargeHeld({ ...held.mechanism, steps: 1 }, held.sequence);
        return;
      }
      case 'return': {
        const held = this.holds.pop();
        if (held !== undefined) this.ledger.returnHold(held.sequence);
        return;
      }
      case 'copy':
        this.copy();
        return;
      case 'restore':
        this.restore(step);
        return;
    }
  }

  private charge(asked: Mechanism, hold: number | null): void {
    this.ledger.charge({ ...CHARGE, mechanism: asked, hold });
    this.drawn = [...this.drawn, asked];
    this.left = this.drawn;
    this.reached.charged++;
    this.hub = this.ledger.head().hash;
  }

  /** As the gate does: mirrored before the noise is drawn, at the hub only before something is sent. */
  private chargeHeld(asked: Mechanism, hold: number): void {
    this.database.transaction(() => this.ledger.charge({ ...CHARGE, mechanism: asked, hold })).immediate();
    this.ledger.mirrorCommitted();
    this.drawn = [...this.drawn, asked];
    this.reached.held++;
  }

  private copy(): void {
    this.database.pragma('wal_checkpoint(TRUNCATE)');
    const file = path.join(path.dirname(this.fixture.file), `copy-${String(this.copies.length)}.db`);
    copyFileSync(this.fixture.file, file);
    this.copies.push({ file, head: this.fixture.mirror.head, drawn: this.drawn });
  }

  private restore({ index, withKeys }: Extract<Action, { kind: 'restore' }>): void {
    const copy = this.copies[index % Math.max(1, this.copies.length)];
    if (copy === undefined) return;
    this.database.close();
    for (const suffix of ['-wal', '-shm']) rmSync(this.fixture.file + suffix, { force: true });
    copyFileSync(copy.file, this.fixture.file);
    if (withKeys) this.fixture.mirror.head = copy.head;
    this.database = openDatabase(this.fixture.file);
    this.ledger = this.fixture.open({ database: this.database });
    // Both are old: only the hub can tell.
    if (this.hub !== undefined) this.ledger.noteHubHead(this.hub);
    // With the keys of that day, what was drawn since and never sent is nowhere and never will be.
    if (withKeys) this.drawn = [...copy.drawn, ...stepsBeyond(this.left, copy.drawn)];
    const plan = this.ledger.recovery();
    if (plan.kind === 'none') return;
    this.reached[plan.kind === 'charge-missing' ? 'missing' : 'closed']++;
    const before = this.ledger.chargedEpsilon();
    this.ledger.recover('restored');
    expect(this.ledger.health().kind).toBe('verified');
    expect(this.ledger.chargedEpsilon()).toBeGreaterThanOrEqual(before);
    expect(this.ledger.chargedEpsilon()).toBeCloseTo(
      'epsilonAfter' in plan ? (plan.epsilonAfter ?? 0) : 0,
      12,
    );
  }
}

describe('any history of charges, copies and restores', () => {
  it('never counts less than was drawn, whatever was restored and recovered', () => {
    const reached = { missing: 0, closed: 0, charged: 0, held: 0 };
    fc.assert(
      fc.property(fc.array(action, { minLength: 10, maxLength: 40 }), (steps) => {
        const world = new World();
        world.ledger.setBudget({ ...BUDGET, epsilon: 8 });
        for (const step of steps) {
          try {
            world.perform(step);
          } catch (error) {
            if (!isFailure(error, 'budget-exhausted')) throw error;
          }
          const { charged, held, lostEpsilon = 0, budget } = world.ledger.state();
          // Beside a spend without steps the figure is the budget of that day: all of it.
          if (lostEpsilon > 0)
            expect(world.ledger.chargedEpsilon()).toBeGreaterThanOrEqual(budget?.epsilon ?? 0);
          else expect(stepsBeyond(world.drawn, charged)).toEqual([]);
          expect(held.every((one) => one.steps > 0)).toBe(true);
        }
        for (const key of Object.keys(reached) as (keyof typeof reached)[])
          reached[key] += world.reached[key];
      }),
      { numRuns: 30, seed: 815 },
    );
    for (const times of Object.values(reached)) expect(times).toBeGreaterThan(5);
  });
});

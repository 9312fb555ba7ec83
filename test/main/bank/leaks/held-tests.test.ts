import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { HeldUpdate } from '#main/bank/review/store.ts';
import type { TrainingOutcome } from '#main/bank/training/trainer.ts';
import type { UnprotectedGradient } from '#main/learning/attacks/unprotected.ts';
import { heldTests } from '#main/bank/leaks/held-tests.ts';
import { rehearse } from '#main/bank/leaks/rehearsal.ts';
import { RehearsedLeaks } from '#main/bank/leaks/task.ts';
import { isFailure } from '#shared/failure.ts';
import { LeakTest, type LeakTestId } from '#shared/privacy/leak-view.ts';
import { toyCharter, toySplit } from '../training/toy-bank.ts';
import { testPorts, toyTask } from './toy-update.ts';

const verdicts = (tests: readonly LeakTest[]): Readonly<Partial<Record<LeakTestId, LeakTest['verdict']>>> =>
  Object.fromEntries(tests.map(({ id, verdict }) => [id, verdict]));

const valueOf = (tests: readonly LeakTest[], id: LeakTestId, name: string): number | null | undefined =>
  tests.find((test) => test.id === id)?.figures.find((figure) => figure.name === name)?.value;

describe('the leak tests on held bytes', () => {
  it.each(['transaction', 'account'] as const)(
    'find nothing in a private update whose unit is one %s',
    async (unit) => {
      const phases: string[] = [];
      const charter = toyCharter({ recipe: 'few-rounds', unit, noiseMultiplier: 1.1 });
      const tests = await heldTests(toyTask(charter, { train: 3000, test: 1500 }), testPorts(phases));
      for (const test of tests) LeakTest.parse(test);
      expect(verdicts(tests)).toEqual({
        'analytic-inversion': 'nothing-found',
        'optimisation-inversion': 'nothing-found',
        // all 97 accounts have training rows: nobody is left to compare them with
        membership: unit === 'transaction' ? 'nothing-found' : 'not-applicable',
        'canary-audit': 'nothing-found',
        'trap-alarm': 'nothing-found',
      });
      expect(phases).toHaveLength(5);
    },
  );

  it('find the row of an update that is of one row without noise', async () => {
    const charter = toyCharter({ recipe: 'fedavg', noiseMultiplier: 0 });
    const tests = await heldTests(toyTask(charter, { train: 1, test: 300 }), testPorts());
    expect(verdicts(tests)).toEqual({
      'analytic-inversion': 'leak-found',
      'optimisation-inversion': 'leak-found',
      membership: 'not-applicable',
      'canary-audit': 'not-applicable',
      'trap-alarm': 'nothing-found',
    });
    expect(valueOf(tests, 'analytic-inversion', 'rows read to within 1 %')).toBe(1);
  });

  it('never call a low membership figure a proof', async () => {
    const charter = toyCharter({ recipe: 'one-step', noiseMultiplier: 1.1 });
    const tests = await heldTests(toyTask(charter, { train: 2000, test: 1000 }), testPorts());
    const membership = tests.find(({ id }) => id === 'membership');
    expect(membership?.verdict).toBe('nothing-found');
    expect(membership?.sentence).toContain('does not prove');
  });

  it('refuse bytes that are not of the charter’s layout', async () => {
    const task = toyTask(toyCharter({ recipe: 'one-step' }), { train: 200, test: 100 });
    const payload = task.payload.subarray(1);
    const error: unknown = await heldTests({ ...task, payload }, testPorts()).catch((e: unknown) => e);
    expect(isFailure(error, 'digest-changed')).toBe(true);
  });
});

describe('the rehearsal', () => {
  const charter = toyCharter({ recipe: 'few-rounds' });
  const { checkpoint } = toyTask(charter, { train: 300, test: 100 });
  const { train, test } = toySplit({ train: 500, test: 400 });
  const rehearsed = async (batch: number) =>
    RehearsedLeaks.parse(
      await rehearse(
        { kind: 'rehearsal', charter, checkpoint, train, test, engine: 'kernel', batch },
        testPorts(),
      ),
    );

  it('shows the one row of a batch without noise, in the units that the bank knows', async () => {
    const { tests, rows } = await rehearsed(1);
    expect(verdicts(tests)).toMatchObject({
      'analytic-inversion': 'leak-found',
      'optimisation-inversion': 'leak-found',
      'canary-audit': 'leak-found',
    });
    const [row] = rows;
    expect(rows).toHaveLength(1);
    expect(row?.relativeDistance).toBeLessThan(1e-6);
    const [amount] = row?.values ?? [];
    expect(amount).toMatchObject({ feature: 'amount', unit: 'amount' });
    expect(amount?.recovered).toBeCloseTo(amount?.real ?? Number.NaN, 3);
    const held = Array.from({ length: train.rows }, (_, n) =>
      Math.expm1((train.x[n * train.width] ?? 0) + 4),
    );
    expect(held.some((value) => Math.abs(value - (amount?.real ?? 0)) < 1e-3)).toBe(true);
  });

  it('shows the best eight of a larger batch, nearest first, and leaves the search out where it is hopeless', async () => {
    const { rows } = await rehearsed(8);
    expect(rows).toHaveLength(8);
    expect(rows[0]?.relativeDistance).toBeLessThan(0.3);
    const distances = rows.map(({ relativeDistance }) => relativeDistance);
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
    const many = await rehearsed(64);
    expect(verdicts(many.tests)).toMatchObject({ 'optimisation-inversion': 'not-applicable' });
    expect(many.rows).toHaveLength(8);
  });

  it('is of a type that nothing else in the product takes', () => {
    type Fields = HeldUpdate[keyof HeldUpdate] | TrainingOutcome[keyof TrainingOutcome];
    expectTypeOf<UnprotectedGradient extends Fields ? true : false>().toEqualTypeOf<false>();
    const main = path.resolve('main');
    const importers = readdirSync(main, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .filter((file) => /from '[^']*\/unprotected\.ts'/.test(readFileSync(path.join(main, file), 'utf8')));
    expect(importers).toEqual([path.join('bank', 'leaks', 'rehearsal.ts')]);
  });
});

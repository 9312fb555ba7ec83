import { describe, expect, it } from 'vitest';
import { createLeakTests, type LeakTests } from '#main/bank/leaks/service.ts';
import { openLeakStore } from '#main/bank/leaks/store.ts';
import type { LeakMessage, LeakTask } from '#main/bank/leaks/task.ts';
import { createGate } from '#main/bank/review/gate.ts';
import { checksOf } from '#main/bank/review/review-checks.ts';
import type { HeldUpdate } from '#main/bank/review/store.ts';
import type { WorkerHandle } from '#main/platform/ports.ts';
import { isFailure } from '#shared/failure.ts';
import type { LeakTest } from '#shared/privacy/leak-view.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { type GateFixture, gateFixture } from '../review/gate-fixture.ts';
import { toySplit } from '../training/toy-bank.ts';

/** A thread in the test's hands. */
interface FakeThread {
  readonly task: LeakTask;
  readonly say: (message: LeakMessage) => void;
  isEnded: boolean;
}

interface Bench {
  readonly fixture: GateFixture;
  readonly leaks: LeakTests;
  readonly threads: readonly FakeThread[];
  /** A new gate and service over the same store. */
  readonly gate: ReturnType<typeof createGate>;
  isTraining: boolean;
}

function bench(): Bench {
  const fixture = gateFixture();
  const threads: FakeThread[] = [];
  const leaks = createLeakTests({
    store: openLeakStore(fixture.database),
    held: (updateId) => fixture.store.held(updateId),
    roundOf: ({ roundId }) => fixture.ports.roundOf(roundId),
    isTraining: () => made.isTraining,
    features: { open: () => Promise.resolve(toySplit({ train: 4, test: 4 })) },
    engine: () => 'kernel',
    workers: { start: (name, data) => startThread(threads, name, data as LeakTask) },
    clock: fixture.clock,
    log: recordingLog(),
    changed: () => undefined,
  });
  const made: Bench = {
    ...{ fixture, leaks, threads, isTraining: false },
    gate: createGate({ ...fixture.ports, leaks }),
  };
  return made;
}

function startThread(threads: FakeThread[], name: string, task: LeakTask): WorkerHandle {
  expect(name).toBe('leaks');
  let onMessage: (message: unknown) => void = () => undefined;
  let onExit: (error: Error | undefined) => void = () => undefined;
  const thread: FakeThread = {
    task,
    say: (message) => {
      onMessage(message);
    },
    isEnded: false,
  };
  threads.push(thread);
  return {
    post: () => undefined,
    onMessage: (listener) => void (onMessage = listener),
    onExit: (listener) => void (onExit = listener),
    terminate: () => {
      thread.isEnded = true;
      onExit(undefined);
      return Promise.resolve();
    },
  };
}

const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function held({ fixture, gate }: Bench): Promise<HeldUpdate> {
  await gate.train(fixture.round);
  const update = fixture.store.heldOfRound(fixture.round.roundId);
  if (update === undefined) throw new Error('nothing is held');
  return update;
}

function found(id: LeakTest['id'], verdict: LeakTest['verdict']): LeakTest {
  const figures = [{ name: 'a figure', value: 0.1, chance: 0.2, low: null, high: null, unit: '' }];
  return { id, title: 'A test', verdict, sentence: 'What came out.', chanceSentence: 'By chance.', figures };
}

const CLEAN = found('analytic-inversion', 'nothing-found');

async function finish(bench: Bench, tests: LeakTest[]): Promise<void> {
  bench.threads.at(-1)?.say({ kind: 'tested', tests });
  await settled();
}

describe('leak tests beside the review', () => {
  it('start by themselves a second after an update waits for a person, on its very bytes', async () => {
    const it = bench();
    const { updateId, payload, header } = await held(it);
    expect(it.leaks.state(updateId)).toEqual({ kind: 'none' });
    it.fixture.clock.advance(1000);
    await settled();
    expect(it.leaks.state(updateId)).toMatchObject({ kind: 'running' });
    const [thread] = it.threads;
    expect(thread?.task.kind === 'held' && thread.task.payload).toEqual(payload);
    thread?.say({ kind: 'progress', phase: 'Searching for rows', share: 0.4 });
    expect(it.leaks.state(updateId)).toMatchObject({
      progress: { phase: 'Searching for rows', share: 0.4 },
    });
    await finish(it, [CLEAN]);
    expect(it.leaks.state(updateId)).toMatchObject({
      kind: 'done',
      report: { updateId, payloadHash: header.payloadHash, tests: [CLEAN] },
    });
  });

  it('leave out the rounds of a scope that no person looks at', async () => {
    const it = bench();
    const limits = {
      ...{ minimumNoiseRatio: 0.9, maximumNoiseRatio: 2 },
      ...{ minimumCosine: -1, maximumEpsilonPerRound: 1 },
    };
    it.fixture.standing = { kind: 'on', rounds: 3, limits };
    it.gate.standingChanged();
    const started: number[] = [];
    for (const index of [0, 1, 2]) {
      await it.gate.trainWithinScope(index === 0 ? it.fixture.round : it.fixture.openRound(index + 1, index));
      it.fixture.clock.advance(10_000);
      await settled();
      await finish(it, [CLEAN]);
      started.push(it.threads.length);
    }
    expect(it.fixture.sent).toHaveLength(3);
    expect(started).toEqual([1, 1, 1]);
  });

  it('keep their report over a restart, and only for the bytes it is of', async () => {
    const it = bench();
    const update = await held(it);
    it.leaks.run(update.updateId);
    await settled();
    await finish(it, [CLEAN]);
    const again = openLeakStore(it.fixture.database);
    expect(again.report(update.updateId, update.header.payloadHash)?.tests).toEqual([CLEAN]);
    expect(again.report(update.updateId, update.header.baseHash)).toBeUndefined();
  });

  it('end when a training starts, and when a person stops them', async () => {
    const it = bench();
    const { updateId } = await held(it);
    it.leaks.run(updateId);
    await settled();
    it.leaks.trainingStarts();
    await settled();
    expect(it.threads[0]?.isEnded).toBe(true);
    expect(it.leaks.state(updateId)).toEqual({ kind: 'stopped' });
    it.leaks.run(updateId);
    it.leaks.stop(updateId); // before the rows are open
    await settled();
    expect(it.threads).toHaveLength(1);
    expect(it.leaks.state(updateId)).toEqual({ kind: 'stopped' });
  });

  it('are ended by the gate’s own training', async () => {
    const it = bench();
    const { updateId } = await held(it);
    it.leaks.run(updateId);
    await settled();
    it.fixture.openRound(2);
    await it.gate.train(it.fixture.round);
    expect(it.threads[0]?.isEnded).toBe(true);
  });

  it('run one at a time and never beside a training', async () => {
    const it = bench();
    const { updateId } = await held(it);
    it.leaks.run(updateId);
    it.leaks.run(updateId);
    await settled();
    expect(it.threads).toHaveLength(1);
    expect(codeOf(() => void it.leaks.rehearse(updateId, 1))).toBe('busy');
    await finish(it, [CLEAN]);
    it.isTraining = true;
    expect(
      codeOf(() => {
        it.leaks.run(updateId);
      }),
    ).toBe('busy');
  });

  it('say why they failed', async () => {
    const it = bench();
    const { updateId } = await held(it);
    it.leaks.run(updateId);
    await settled();
    const failure = { code: 'digest-changed', message: 'changed', nextStep: 'again' } as const;
    it.threads[0]?.say({ kind: 'failed', failure });
    await settled();
    expect(it.leaks.state(updateId)).toMatchObject({ kind: 'failed', failure: { code: 'digest-changed' } });
    it.fixture.openRound(2);
    expect(
      codeOf(() => {
        it.leaks.run(updateId);
      }),
    ).toBe('round-closed');
  });

  it('rehearse without holding, charging or keeping anything', async () => {
    const it = bench();
    const { updateId } = await held(it);
    const entries = it.fixture.ledger.entries({ afterSequence: 0, limit: 100 }).length;
    const rehearsal = it.leaks.rehearse(updateId, 8);
    await settled();
    it.threads[0]?.say({ kind: 'rehearsed', rehearsed: { tests: [CLEAN], rows: [] } });
    expect(await rehearsal).toMatchObject({ updateId, batch: 8, tests: [CLEAN] });
    expect(it.leaks.state(updateId)).toEqual({ kind: 'none' });
    expect(it.fixture.store.newestHeld()).toBe(updateId);
    expect(it.fixture.ledger.entries({ afterSequence: 0, limit: 100 })).toHaveLength(entries);
  });
});

describe('leak tests as checks of the release', () => {
  const checksAfter = async (tests: LeakTest[]) => {
    const it = bench();
    const update = await held(it);
    it.leaks.run(update.updateId);
    await settled();
    await finish(it, tests);
    const signatures = { needed: 1, given: [], scope: null } as const;
    const ports = { ...it.fixture.ports, leaks: it.leaks };
    const checks = checksOf(ports, {
      held: update,
      round: it.fixture.round,
      signatures: { ...signatures, given: [] },
    });
    const release = () => {
      it.gate.ask({
        updateId: update.updateId,
        digest: update.header.payloadHash,
        scope: { kind: 'this-round' },
        note: '',
      });
    };
    return { leaks: checks.filter(({ id }) => id.startsWith('leak-')), release };
  };

  it('only warn of what they find in rows: a stop by rule would tell the hub', async () => {
    const { leaks, release } = await checksAfter([
      found('analytic-inversion', 'leak-found'),
      found('optimisation-inversion', 'leak-found'),
      found('membership', 'leak-found'),
      found('trap-alarm', 'leak-found'),
      found('canary-audit', 'nothing-found'),
    ]);
    expect(leaks.map(({ level }) => level)).toEqual(['warning', 'warning', 'warning', 'warning', 'pass']);
    expect(release).not.toThrow();
  });

  it('block when the audit on made-up rows finds the noise broken', async () => {
    const { leaks, release } = await checksAfter([CLEAN, found('canary-audit', 'leak-found')]);
    expect(leaks.map(({ level }) => level)).toEqual(['pass', 'block']);
    expect(codeOf(release)).toBe('policy-refused');
  });
});

function codeOf(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return isFailure(error) ? error.code : String(error);
  }
}

/** The review as screens see it: every state, what is kept of a decision, and figures that could not be computed. */
import { describe, expect, it } from 'vitest';
import type { ReviewView } from '#shared/round/review-view.ts';
import { reviewView } from '#main/bank/review/review-view.ts';
import { codeOf, type GateFixture, gateFixture, RUN } from './gate-fixture.ts';
import { enterTwo } from './two-reviewers.ts';

const THIS_ROUND = { kind: 'this-round' } as const;
const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 1 };

function viewOf(fixture: GateFixture): ReviewView {
  const { ports, gate, rounds } = fixture;
  const run = rounds.run(RUN);
  if (run === undefined) throw new Error('there is no run');
  const view = reviewView(
    {
      ports,
      gate,
      runOf: () => run,
      destination: () => ({
        consortium: 'Test consortium',
        address: 'hub.example',
        operatorFingerprint: '00',
      }),
      signer: () => ({ bank: 'Nord', analyst: 'Anna', keyFingerprint: '00' }),
    },
    undefined,
  );
  if (view === null) throw new Error('nothing is held');
  return view;
}

function requestOf(fixture: GateFixture) {
  const { updateId, digest } = viewOf(fixture);
  return { updateId, digest, scope: THIS_ROUND, note: 'as usual' };
}

describe('the state of a review', () => {
  it('goes from waiting over the countdown to sending', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    expect(viewOf(fixture)).toMatchObject({ state: { kind: 'waiting' }, decision: null });
    expect(viewOf(fixture).signatures).toEqual({ needed: 1, given: [], scope: null });
    fixture.gate.ask(requestOf(fixture));
    fixture.clock.advance(2000);
    expect(viewOf(fixture).state).toEqual({ kind: 'counting-down', sendsInMs: 3000 });
    fixture.clock.advance(3000);
    expect(viewOf(fixture).state).toEqual({ kind: 'sending' });
    expect(viewOf(fixture)).toMatchObject({ note: 'as usual', scope: null });
  });

  it('is late, withheld or changed, each with its way out', async () => {
    const late = gateFixture();
    await late.gate.train(late.round);
    late.gate.roundEvent(late.round.roundId, { kind: 'deadline-passed' });
    expect(viewOf(late)).toMatchObject({ state: { kind: 'late' }, decision: { kind: 'late', source: null } });
    const withheld = gateFixture();
    await withheld.gate.train(withheld.round);
    withheld.gate.withhold(requestOf(withheld).updateId, 'not today');
    expect(viewOf(withheld)).toMatchObject({ state: { kind: 'withheld' }, decision: { kind: 'withheld' } });
    const changed = gateFixture();
    await changed.gate.train(changed.round);
    changed.database.exec('DROP TRIGGER held_update_no_update');
    changed.database.exec("UPDATE held_update SET payload = x'00'");
    expect(viewOf(changed).state).toEqual({ kind: 'changed' });
    const digest = viewOf(changed).checks.find(({ id }) => id === 'digest');
    expect(digest).toMatchObject({ level: 'block', nextStep: expect.stringContaining('Withhold') as string });
  });

  it('says why a countdown ended without a release, until the next decision', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    fixture.gate.ask(requestOf(fixture));
    fixture.policy = { ...fixture.policy, minimumNoiseMultiplier: 1.2 };
    fixture.clock.advance(5000);
    expect(viewOf(fixture).state).toMatchObject({ kind: 'waiting', failure: { code: 'policy-refused' } });
    fixture.policy = { ...fixture.policy, minimumNoiseMultiplier: 1 };
    fixture.gate.ask(requestOf(fixture));
    fixture.gate.undo(requestOf(fixture).updateId);
    expect(viewOf(fixture).state).toEqual({ kind: 'waiting' });
  });

  it('shows who signed for what, while it waits, counts down and afterwards', async () => {
    const fixture = gateFixture();
    const { ada, ben } = await enterTwo(fixture);
    await fixture.gate.train(fixture.round);
    expect(viewOf(fixture).signatures).toEqual({ needed: 2, given: [], scope: null });
    const request = requestOf(fixture);
    fixture.gate.sign(request, ada);
    const check = viewOf(fixture).checks.find(({ id }) => id === 'signatures');
    expect(check).toMatchObject({ level: 'warning', detail: 'Signed by Ada; another reviewer has to' });
    fixture.gate.sign(request, ben);
    for (const seconds of [1, 4]) {
      expect(viewOf(fixture).signatures).toMatchObject({
        needed: 2,
        given: [{ name: 'Ada' }, { name: 'Ben' }],
        scope: THIS_ROUND,
      });
      fixture.clock.advance(seconds * 1000);
    }
    expect(viewOf(fixture).state).toEqual({ kind: 'sending' });
    expect(viewOf(fixture).signatures.given).toHaveLength(2);
  });
});

describe('what is kept of a decision', () => {
  it('names the audit entry that records it, and the review that a release by scope rests on', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    const reviewed = requestOf(fixture);
    fixture.gate.ask({ ...reviewed, scope: { kind: 'rounds', following: 2, limits: LIMITS } });
    fixture.clock.advance(5000);
    const byHand = viewOf(fixture).decision;
    expect(byHand).toMatchObject({ kind: 'released', source: 'review', restsOn: null });
    fixture.openRound(2, 1);
    await fixture.gate.trainWithinScope(fixture.round);
    const byScope = viewOf(fixture).decision;
    expect(byScope).toMatchObject({ kind: 'released', source: 'scope', restsOn: reviewed.updateId });
    const entry = fixture.database
      .prepare<[number], { action: string; hash: string; detail: string }>(
        'SELECT action, hash, detail FROM audit WHERE sequence = ?',
      )
      .get(byScope?.audit?.sequence ?? 0);
    expect(entry).toMatchObject({ action: 'update.released', hash: byScope?.audit?.hash });
    expect(entry?.detail).toContain(viewOf(fixture).updateId);
    expect(byHand?.audit?.sequence).toBeLessThan(byScope?.audit?.sequence ?? 0);
  });
});

describe('figures that can not be computed', () => {
  /** A fault while they are computed: the checkpoint's gradient can't be read. */
  function breakFigures(fixture: GateFixture): () => void {
    const whole = fixture.openRound(2, 1);
    const checkpoint = {
      ...whole.checkpoint,
      get lastMean(): Float64Array {
        throw new RangeError('out of memory');
      },
    };
    fixture.round = { ...whole, checkpoint };
    return () => {
      fixture.round = whole;
    };
  }

  it('leave the bytes held and charged, nothing released, and are computed at the next look', async () => {
    const fixture = gateFixture();
    const mend = breakFigures(fixture);
    await fixture.gate.train(fixture.round);
    expect(fixture.participations.get(fixture.round.roundId)?.state.kind).toBe('reviewing');
    const held = fixture.store.heldOfRound(fixture.round.roundId);
    if (held === undefined) throw new Error('nothing is held');
    expect(await codeOf(() => viewOf(fixture))).toBe('figures-failed');
    const { updateId, header } = held;
    const request = { updateId, digest: header.payloadHash, scope: THIS_ROUND, note: '' };
    expect(
      await codeOf(() => {
        fixture.gate.ask(request);
      }),
    ).toBe('figures-failed');
    mend();
    expect(viewOf(fixture)).toMatchObject({ state: { kind: 'waiting' }, digest: header.payloadHash });
    expect(viewOf(fixture).figures.noiseRatio).toBeCloseTo(1, 1);
    fixture.gate.ask(request);
    fixture.clock.advance(5000);
    expect(fixture.sent).toEqual([updateId]);
  });

  it('stop a scope: what was not looked at does not leave by itself', async () => {
    const fixture = gateFixture();
    fixture.standing = { kind: 'on', limits: LIMITS, rounds: 10 };
    breakFigures(fixture);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toEqual([]);
    expect(fixture.scopes.newest(RUN)?.state).toMatchObject({
      kind: 'stopped-by-limit',
      figure: 'held bytes',
    });
  });
});

it('warns of a δ of the store that is too large for the bank’s size, whatever the charter’s', async () => {
  for (const [delta, level] of [
    [5e-7, 'pass'],
    [1e-4, 'warning'],
  ] as const) {
    const fixture = gateFixture({ delta });
    await fixture.gate.train(fixture.round);
    expect(viewOf(fixture).checks.find(({ id }) => id === 'tier')).toMatchObject({ level });
  }
});

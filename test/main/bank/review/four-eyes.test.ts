/** Two reviewers: what each signs, which signatures together release, and what makes them void. */
import { describe, expect, it } from 'vitest';
import { type ReviewerId, type UpdateId, UtcTime } from '#shared/ids.ts';
import type { ReleaseScope } from '#shared/round/review-view.ts';
import type { Signer } from '#main/bank/settings/reviewer-keys.ts';
import { digestOf, keyPairFromSeed, verifyStatement } from '#main/wire/identity.ts';
import { codeOf, type GateFixture, gateFixture, roundId } from './gate-fixture.ts';
import { enterTwo, type ThreeReviewers } from './two-reviewers.ts';

const TODAY = UtcTime.parse('2026-11-24T09:00:00.000Z');
const THIS_ROUND = { kind: 'this-round' } as const;
const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 1 };
const THREE_MORE = { kind: 'rounds', following: 3, limits: LIMITS } as const;

function heldNow({ store, round }: GateFixture) {
  const held = store.heldOfRound(round.roundId);
  if (held === undefined) throw new Error('nothing is held');
  return held;
}

function requestOf(fixture: GateFixture, scope: ReleaseScope = THIS_ROUND, note = '') {
  const { updateId, header } = heldNow(fixture);
  return { updateId, digest: header.payloadHash, scope, note };
}

async function trainedByTwo(): Promise<GateFixture & ThreeReviewers> {
  const fixture = gateFixture();
  const two = await enterTwo(fixture);
  await fixture.gate.train(fixture.round);
  return Object.assign(fixture, two);
}

function stateOf({ participations, round }: GateFixture): string | undefined {
  return participations.get(round.roundId)?.state.kind;
}

function givenNow(fixture: GateFixture, updateId: UpdateId): readonly ReviewerId[] {
  return fixture.gate.signatures(updateId).given.map(({ reviewerId }) => reviewerId);
}

describe('a release by two', () => {
  it('is refused to one person’s click', async () => {
    const fixture = await trainedByTwo();
    expect(
      await codeOf(() => {
        fixture.gate.ask(requestOf(fixture));
      }),
    ).toBe('second-reviewer-needed');
    expect(stateOf(fixture)).toBe('reviewing');
  });

  it('counts down at the second signature and is committed with both', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    expect(fixture.gate.sign({ ...request, note: 'looks right' }, fixture.ada)).toEqual({
      given: 1,
      needed: 2,
    });
    fixture.clock.advance(60_000);
    expect(fixture.sent).toEqual([]);
    expect(fixture.gate.sign(request, fixture.ben)).toEqual({ given: 2, needed: 2 });
    expect(stateOf(fixture)).toBe('released');
    fixture.clock.advance(5000);
    expect(fixture.sent).toEqual([request.updateId]);
    const { ada, ben } = fixture;
    const approval = fixture.store.release(request.updateId)?.approval;
    expect(approval?.signers).toEqual([ada.reviewerId, ben.reviewerId]);
    expect(fixture.store.decision(request.updateId)?.note).toBe('Ada: looks right');
    for (const { signed } of fixture.signatures.of(request.updateId)) {
      const { statement, publicKey, signature } = signed;
      expect(statement.payloadHash).toBe(digestOf(heldNow(fixture).payload));
      expect(statement.scopeHash).toBe(digestOf(THIS_ROUND));
      expect(verifyStatement(publicKey, 'review', { document: statement, signature })).toBe(true);
    }
    const entry = fixture.audited.find(([action]) => action === 'update.released');
    expect(JSON.stringify(entry)).toContain('"reviewer":"Ada"');
    expect(JSON.stringify(entry)).toContain('"reviewer":"Ben"');
  });

  it('keeps the order of signing, whatever the clocks and the ids say', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.cem);
    fixture.clock.setWallClock(fixture.clock.now() - 60_000);
    fixture.gate.sign(request, fixture.ada);
    fixture.clock.advance(5000);
    const order = [fixture.cem.reviewerId, fixture.ada.reviewerId];
    expect(givenNow(fixture, request.updateId)).toEqual(order);
    expect(fixture.store.release(request.updateId)?.approval.signers).toEqual(order);
  });

  it('takes two different people: one who signs twice is one', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    expect(fixture.gate.sign(request, fixture.ada)).toEqual({ given: 1, needed: 2 });
    fixture.clock.advance(60_000);
    expect(fixture.sent).toEqual([]);
  });

  it('takes both for the same scope: another one replaces what was signed', async () => {
    const fixture = await trainedByTwo();
    const { ada, ben } = fixture;
    fixture.gate.sign(requestOf(fixture), ada);
    const wider = requestOf(fixture, THREE_MORE);
    expect(fixture.gate.sign(wider, ben)).toEqual({ given: 1, needed: 2 });
    expect(fixture.gate.signatures(wider.updateId)).toMatchObject({
      given: [{ name: 'Ben' }],
      scope: THREE_MORE,
    });
    expect(fixture.audited).toContainEqual([
      'review.signatures-dropped',
      expect.objectContaining({ reviewers: ['Ada'] }),
    ]);
    const narrower = { ...THREE_MORE, limits: { ...LIMITS, maximumNoiseRatio: 1.9 } };
    expect(fixture.gate.sign(requestOf(fixture, narrower), ada)).toEqual({ given: 1, needed: 2 });
    expect(fixture.gate.sign(requestOf(fixture, narrower), ben)).toEqual({ given: 2, needed: 2 });
    fixture.clock.advance(5000);
    expect(fixture.scopes.allRunning()[0]?.limits).toEqual(narrower.limits);
  });

  it('takes no signature of a stranger or of a reviewer who was removed', async () => {
    const fixture = await trainedByTwo();
    const stranger = keyPairFromSeed(new Uint8Array(32).fill(9));
    const impostor: Signer = { ...fixture.ada, ...stranger };
    expect(
      await codeOf(() => {
        fixture.gate.sign(requestOf(fixture), impostor);
      }),
    ).toBe('reviewer-refused');
    fixture.gate.sign(requestOf(fixture), fixture.cem);
    fixture.reviewerStore.remove(fixture.cem.reviewerId, TODAY);
    expect(givenNow(fixture, requestOf(fixture).updateId)).toEqual([]);
    expect(fixture.gate.sign(requestOf(fixture), fixture.ada)).toEqual({ given: 1, needed: 2 });
  });

  it('is not committed when a reviewer is removed while it counts down', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    fixture.gate.sign(request, fixture.cem);
    fixture.clock.advance(4000);
    fixture.reviewerStore.remove(fixture.cem.reviewerId, TODAY);
    fixture.clock.advance(1000);
    expect(fixture.sent).toEqual([]);
    expect(fixture.gate.lastFailure(request.updateId)?.code).toBe('second-reviewer-needed');
    expect(stateOf(fixture)).toBe('reviewing');
  });

  it('is not committed when the floors rose while it counted down', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    fixture.gate.sign(request, fixture.ben);
    fixture.policy = { ...fixture.policy, minimumNoiseMultiplier: 1.2 };
    fixture.clock.advance(5000);
    expect(fixture.sent).toEqual([]);
    expect(fixture.gate.lastFailure(request.updateId)?.details).toEqual({
      figure: 'noise multiplier',
      value: 1.1,
      limit: 1.2,
    });
  });
});

describe('signatures are void', () => {
  it('after Undo, so that both sign anew', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    fixture.gate.sign(request, fixture.ben);
    expect(givenNow(fixture, request.updateId)).toHaveLength(2);
    fixture.gate.undo(request.updateId);
    expect(givenNow(fixture, request.updateId)).toEqual([]);
    expect(fixture.gate.sign(request, fixture.ben)).toEqual({ given: 1, needed: 2 });
  });

  it('when they are taken back before the second', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    fixture.gate.unsign(request.updateId);
    expect(givenNow(fixture, request.updateId)).toEqual([]);
    expect(fixture.gate.sign(request, fixture.ben)).toEqual({ given: 1, needed: 2 });
  });

  it('when the stored bytes are not those that were signed', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    fixture.database.exec('DROP TRIGGER held_update_no_update');
    const other = Uint8Array.from(heldNow(fixture).payload).fill(1, 0, 1);
    fixture.database
      .prepare('UPDATE held_update SET payload = ? WHERE update_id = ?')
      .run(other, request.updateId);
    expect(givenNow(fixture, request.updateId)).toEqual([]);
    expect(
      await codeOf(() => {
        fixture.gate.sign(request, fixture.ben);
      }),
    ).toBe('digest-changed');
  });

  it.each(['withheld', 'late'] as const)('when the update is %s', async (end) => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    if (end === 'withheld') fixture.gate.withhold(request.updateId, '');
    else fixture.gate.roundEvent(fixture.round.roundId, { kind: 'deadline-passed' });
    expect(fixture.store.decision(request.updateId)?.kind).toBe(end);
    expect(fixture.signatures.of(request.updateId)).toEqual([]);
  });

  it('once altered in the file', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture, THREE_MORE);
    fixture.gate.sign(request, fixture.ada);
    fixture.database.exec('DROP TRIGGER review_signature_no_update');
    fixture.database.prepare('UPDATE review_signature SET scope = ?').run(JSON.stringify(THIS_ROUND));
    expect(givenNow(fixture, request.updateId)).toEqual([]);
  });
});

describe('after a restart', () => {
  it('the first signature stands', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    const reopened = fixture.restart();
    expect(givenNow(reopened, request.updateId)).toEqual([fixture.ada.reviewerId]);
    expect(reopened.gate.sign(request, fixture.ben)).toEqual({ given: 2, needed: 2 });
    reopened.clock.advance(5000);
    expect(reopened.sent).toEqual([request.updateId]);
  });

  it('the deciding one does not: a crash in the countdown means not released', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    fixture.gate.sign(request, fixture.ben);
    fixture.clock.advance(4000);
    const reopened = fixture.restart();
    reopened.clock.advance(60_000);
    expect(reopened.sent).toEqual([]);
    expect(givenNow(reopened, request.updateId)).toEqual([fixture.ada.reviewerId]);
  });
});

describe('the rows of a released update', () => {
  it('neither change nor go away', async () => {
    const fixture = await trainedByTwo();
    const request = requestOf(fixture);
    fixture.gate.sign(request, fixture.ada);
    fixture.gate.sign(request, fixture.ben);
    fixture.clock.advance(5000);
    const { database } = fixture;
    expect(() => database.exec('DELETE FROM review_signature')).toThrow(/released/);
    expect(() => database.exec("UPDATE review_signature SET note = 'other'")).toThrow(/never changes/);
    expect(() => database.exec('DELETE FROM reviewer')).toThrow(/stays who signed/);
    expect(() => database.exec("UPDATE reviewer SET name = 'Eve'")).toThrow(/stays who signed/);
    expect(fixture.gate.signatures(request.updateId).needed).toBe(2);
  });
});

describe('when two decide from now on', () => {
  it('what one person set going ends: scopes stop, countdowns are not committed', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    fixture.gate.ask(requestOf(fixture, THREE_MORE));
    fixture.clock.advance(5000);
    fixture.openRound(2, 1);
    expect(fixture.scopes.allRunning()).toHaveLength(1);
    await enterTwo(fixture);
    expect(fixture.scopes.allRunning()).toEqual([]);
    expect(fixture.ledger.state().heldEpsilon).toBe(0);
    await fixture.gate.trainWithinScope(fixture.round);
    expect(fixture.sent).toHaveLength(1);
  });

  it('a release that counts down by one person is not committed', async () => {
    const fixture = gateFixture();
    await fixture.gate.train(fixture.round);
    const request = requestOf(fixture);
    fixture.gate.ask(request);
    await enterTwo(fixture);
    fixture.clock.advance(5000);
    expect(fixture.sent).toEqual([]);
    expect(fixture.gate.lastFailure(request.updateId)?.code).toBe('second-reviewer-needed');
    expect(fixture.store.isRoundReleased(roundId(1))).toBe(false);
  });
});

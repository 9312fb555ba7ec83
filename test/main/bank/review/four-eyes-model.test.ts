/** The gate in mode `two` under any order of events: nothing is sent without two valid signatures over these bytes and scope. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '#shared/failure.ts';
import { type ReviewerId, UtcTime } from '#shared/ids.ts';
import type { ReleaseScope } from '#shared/round/review-view.ts';
import { requireSignedAsApproved, scopeHashOf } from '#main/bank/review/signatures.ts';
import { digestOf, verifyStatement } from '#main/wire/identity.ts';
import { type GateFixture, gateFixture } from './gate-fixture.ts';
import { enterTwo, type ThreeReviewers } from './two-reviewers.ts';

const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 1 };
const SCOPES: readonly ReleaseScope[] = [
  { kind: 'this-round' },
  { kind: 'rounds', following: 2, limits: LIMITS },
  { kind: 'rounds', following: 2, limits: { ...LIMITS, maximumNoiseRatio: 1.9 } },
];
const WHO = ['ada', 'ben', 'cem'] as const;

interface Signing {
  readonly who: (typeof WHO)[number];
  readonly scope: ReleaseScope;
}

type Action =
  /** Trained, signed twice, by whomever and for whatever, and waited for. */
  | { readonly kind: 'whole-round'; readonly signed: readonly Signing[] }
  | ({ readonly kind: 'sign' } & Signing)
  | {
      readonly kind:
        'click' | 'train' | 'train-within-scope' | 'open-round' | 'undo' | 'unsign' | 'withhold' | 'crash';
    }
  | { readonly kind: 'odd-noise' | 'alter-scope' | 'stop-scope' | 'remove-cem' }
  | { readonly kind: 'wait'; readonly seconds: number };

const signing: fc.Arbitrary<Signing> = fc.record({
  who: fc.constantFrom(...WHO),
  scope: fc.constantFrom(...SCOPES),
});

/** What an ordinary round consists of comes up often, so that releases by two and by scope happen. */
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(signing, signing, fc.boolean()).map(([one, other, agree]): Action => {
      const second = agree ? { ...other, scope: one.scope } : other;
      return { kind: 'whole-round', signed: [one, second] };
    }),
  },
  {
    weight: 8,
    arbitrary: signing.map((one): Action => ({ kind: 'sign', ...one })),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Action>(
      { kind: 'train' },
      { kind: 'train-within-scope' },
      { kind: 'open-round' },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Action>({ kind: 'wait', seconds: 5 }, { kind: 'wait', seconds: 1 }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Action>(
      ...(
        ['click', 'undo', 'unsign', 'withhold', 'crash', 'odd-noise', 'alter-scope', 'stop-scope'] as const
      ).map((kind) => ({ kind })),
      { kind: 'remove-cem' },
    ),
  },
);

interface World {
  fixture: GateFixture;
  rounds: number;
}

function requestOf({ store, round }: GateFixture, scope: ReleaseScope) {
  const held = store.heldOfRound(round.roundId);
  return held === undefined
    ? undefined
    : { updateId: held.updateId, digest: held.header.payloadHash, scope, note: '' };
}

const TODAY = UtcTime.parse('2026-11-24T09:00:00.000Z');

async function act(world: World, three: ThreeReviewers, action: Action): Promise<void> {
  const { fixture } = world;
  const { gate, round, trainer, clock, database } = fixture;
  const request = requestOf(fixture, action.kind === 'sign' ? action.scope : { kind: 'this-round' });
  switch (action.kind) {
    case 'sign':
      if (request !== undefined) gate.sign(request, three[action.who]);
      return;
    case 'whole-round':
      await gate.train(round);
      for (const signing of action.signed) await act(world, three, { kind: 'sign', ...signing });
      clock.advance(5000);
      return;
    case 'click':
      if (request !== undefined) gate.ask(request);
      return;
    case 'train':
      return gate.train(round);
    case 'train-within-scope':
      await act(world, three, { kind: 'open-round' });
      return gate.trainWithinScope(fixture.round);
    case 'open-round':
      gate.roundEvent(round.roundId, { kind: 'round-abandoned' });
      world.rounds++;
      fixture.openRound(world.rounds, Math.min(9, world.rounds - 1), 60);
      return;
    case 'undo':
      if (request !== undefined) gate.undo(request.updateId);
      return;
    case 'unsign':
      if (request !== undefined) gate.unsign(request.updateId);
      return;
    case 'withhold':
      if (request !== undefined) gate.withhold(request.updateId, '');
      return;
    case 'crash':
      world.fixture = fixture.restart();
      return;
    case 'odd-noise':
      trainer.noiseRatio = trainer.noiseRatio === 1 ? 3 : 1;
      return;
    case 'alter-scope':
      // Someone edits the file: what was signed for one round is to cover more.
      database.exec('DROP TRIGGER IF EXISTS review_signature_no_update');
      database
        .prepare(
          'UPDATE review_signature SET scope = ? WHERE update_id NOT IN (SELECT update_id FROM release)',
        )
        .run(JSON.stringify(SCOPES[2]));
      return;
    case 'stop-scope':
      gate.stopScope(round.runId);
      return;
    case 'remove-cem':
      fixture.reviewerStore.remove(three.cem.reviewerId, TODAY);
      return;
    case 'wait':
      clock.advance(action.seconds * 1000);
  }
}

/** Ids of those who validly signed these very bytes for this scope. */
function validSigners(fixture: GateFixture, updateId: GateFixture['sent'][number], scopeHash: string) {
  const held = fixture.store.held(updateId);
  const signers = new Set<ReviewerId>();
  for (const { signed, scope } of fixture.signatures.of(updateId)) {
    const { statement, publicKey, signature } = signed;
    const isForThis =
      statement.updateId === updateId &&
      statement.payloadHash === digestOf(held?.payload ?? new Uint8Array()) &&
      statement.scopeHash === scopeHash &&
      scopeHashOf(scope) === scopeHash;
    if (isForThis && verifyStatement(publicKey, 'review', { document: statement, signature }))
      signers.add(statement.reviewerId);
  }
  return signers;
}

function check({ fixture }: World, seen: { sent: number; byTwo: number; byScope: number }): void {
  const sent = fixture.sent.slice(seen.sent);
  seen.sent = fixture.sent.length;
  for (const updateId of sent) {
    const release = fixture.store.release(updateId);
    const scope = release?.scopeNumber == null ? undefined : fixture.scopes.find(release.scopeNumber);
    // A release by scope rests on a review that two signed; its statement covers the very limits that were enforced.
    const reviewed = scope === undefined ? updateId : scope.reviewUpdateId;
    expect(reviewed).not.toBeNull();
    if (reviewed === null || release === undefined) return;
    const [given] = fixture.signatures.of(reviewed);
    expect(given).toBeDefined();
    if (given === undefined) return;
    expect(validSigners(fixture, reviewed, given.signed.statement.scopeHash).size).toBe(2);
    if (scope === undefined) {
      seen.byTwo++;
      expect(release.approval.signers).toHaveLength(2);
      requireSignedAsApproved(release.approval, fixture.signatures.of(updateId));
      continue;
    }
    seen.byScope++;
    expect(given.scope).toEqual({ kind: 'rounds', following: 2, limits: scope.limits });
  }
}

describe('the gate where two decide, under any order of events', () => {
  it('sends nothing without two different valid signatures over the very digest and scope', async () => {
    const total = { byTwo: 0, byScope: 0, refused: 0, restarts: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 40, maxLength: 70 }), async (actions) => {
        const world: World = { fixture: gateFixture({ budget: 12 }), rounds: 1 };
        const three = await enterTwo(world.fixture);
        const seen = { sent: 0, byTwo: 0, byScope: 0 };
        for (const action of actions) {
          try {
            await act(world, three, action);
          } catch (error) {
            if (!isFailure(error)) throw error;
            total.refused++;
          }
          check(world, seen);
        }
        total.byTwo += seen.byTwo;
        total.byScope += seen.byScope;
        total.restarts += actions.filter(({ kind }) => kind === 'crash').length;
      }),
      { numRuns: 16, seed: 20261124, endOnFailure: true },
    );
    expect(total.byTwo).toBeGreaterThan(8);
    expect(total.byScope).toBeGreaterThan(3);
    expect(total.refused).toBeGreaterThan(100);
    expect(total.restarts).toBeGreaterThan(10);
  });
});

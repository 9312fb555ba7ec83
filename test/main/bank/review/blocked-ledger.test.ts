import { copyFileSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createUploads } from '#main/bank/rounds/uploads.ts';
import { createSoundness } from '#main/bank/settings/soundness.ts';
import { codeOf, type GateFixture, gateFixture } from './gate-fixture.ts';

/** As the app has it: what blocks is asked for at every charge, release and sending. */
function withSoundness(fixture: GateFixture): GateFixture {
  const soundness = createSoundness({
    ledger: fixture.ledger,
    audit: { verify: () => ({ kind: 'verified', entries: 0, head: null }) },
  });
  Object.assign(fixture.ports, {
    requireSound: () => {
      soundness.require();
    },
  });
  return fixture;
}

function block({ ledger }: GateFixture): void {
  expect(ledger.noteHubHead('a'.repeat(64)).kind).toBe('rolled-back');
}

function heldNow({ store, round }: GateFixture) {
  const held = store.heldOfRound(round.roundId);
  if (held === undefined) throw new Error('nothing is held');
  const { updateId, header } = held;
  return { updateId, digest: header.payloadHash, scope: { kind: 'this-round' }, note: '' } as const;
}

it('a ledger that is an older copy charges nothing and draws no noise', async () => {
  const fixture = withSoundness(gateFixture());
  block(fixture);
  expect(await codeOf(() => fixture.gate.train(fixture.round))).toBe('ledger-broken');
  expect(fixture.log).not.toContain('noise');
  expect(fixture.ledger.chargedEpsilon()).toBe(0);
});

it('releases nothing, also where the countdown had begun', async () => {
  const fixture = withSoundness(gateFixture());
  await fixture.gate.train(fixture.round);
  const request = heldNow(fixture);
  fixture.gate.ask(request);
  block(fixture);
  fixture.clock.advance(5000);
  expect(fixture.gate.lastFailure(request.updateId)?.code).toBe('ledger-broken');
  expect(fixture.sent).toEqual([]);
  expect(fixture.store.waiting()).toEqual([]);
  expect(
    await codeOf(() => {
      fixture.gate.ask(request);
    }),
  ).toBe('ledger-broken');
  // Recovered, the same bytes can be released after all.
  fixture.ledger.recover('image restored');
  fixture.gate.ask(request);
  fixture.clock.advance(5000);
  expect(fixture.sent).toEqual([request.updateId]);
});

it('leaves what is in the outbox where it is', async () => {
  const fixture = withSoundness(gateFixture());
  await fixture.gate.train(fixture.round);
  fixture.gate.ask(heldNow(fixture));
  fixture.clock.advance(5000);
  expect(fixture.store.waiting()).toHaveLength(1);
  block(fixture);
  let asked = 0;
  const uploads = createUploads({
    ...fixture.ports,
    review: fixture.store,
    store: fixture.rounds,
    gate: fixture.gate,
    receipts: new Map(),
    adopted: () => undefined,
    anchor: { noted: () => undefined, beforeSending: () => Promise.resolve() },
    hub: () => {
      asked++;
      return Promise.reject(new Error('the hub was asked'));
    },
  });
  await uploads.kick();
  expect(asked).toBe(0);
  expect(fixture.store.waiting()).toHaveLength(1);
});

it('a copy of the store from before a charge under a scope is older, also when its update was stopped and never left', async () => {
  const fixture = gateFixture();
  await fixture.gate.train(fixture.round);
  const limits = {
    minimumNoiseRatio: 0.9,
    maximumNoiseRatio: 2,
    minimumCosine: -1,
    maximumEpsilonPerRound: 1,
  };
  fixture.gate.ask({ ...heldNow(fixture), scope: { kind: 'rounds', following: 2, limits } });
  fixture.clock.advance(5000);
  fixture.database.pragma('wal_checkpoint(TRUNCATE)');
  const copy = `${fixture.database.name}.copy`;
  copyFileSync(fixture.database.name, copy);

  fixture.openRound(2, 1);
  fixture.trainer.noiseRatio = 3;
  await fixture.gate.trainWithinScope(fixture.round);
  expect(fixture.scopes.newest(fixture.round.runId)?.state.kind).toBe('stopped-by-limit');
  const charged = fixture.ledger.chargedEpsilon();

  const restored = fixture.restart((file) => {
    for (const side of ['-wal', '-shm']) rmSync(`${file}${side}`, { force: true });
    copyFileSync(copy, file);
  });
  expect(restored.ledger.health().kind).toBe('rolled-back');
  restored.ledger.recover('restored');
  expect(restored.ledger.chargedEpsilon()).toBeGreaterThanOrEqual(charged);
});

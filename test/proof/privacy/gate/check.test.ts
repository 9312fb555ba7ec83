import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import type { Evidence, Happening, SeenCharge, StoreSnapshot, Transmission } from './evidence.ts';

const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 1 };
const FOLLOWING = { rounds: 2, limits: LIMITS };
const CHARGE: SeenCharge = {
  sequence: 2,
  roundId: 'round 1',
  purpose: 'update',
  steps: 16,
  noiseMultiplier: 1.1,
};
const APPROVAL = {
  bankId: 'bank',
  roundId: 'round 1',
  updateId: 'update 1',
  baseHash: 'base',
  charterHash: 'charter',
  payloadHash: 'payload',
  byteLength: 100,
  chargeSequence: 2,
  costSteps: 16,
};
const HEADER = {
  bankId: 'bank',
  roundId: 'round 1',
  baseHash: 'base',
  charterHash: 'charter',
  payloadHash: 'payload',
  byteLength: 100,
  isSigned: true,
};
const OFFERED: Happening = { kind: 'offered', roundId: 'round 1', plannedSteps: 16, baseHash: 'base' };
const NOISE: Happening = {
  kind: 'noise',
  roundId: 'round 1',
  purpose: 'update',
  steps: 16,
  noiseMultiplier: 1.1,
  committed: [CHARGE],
};
const ASKED: Extract<Happening, { kind: 'asked' }> = {
  kind: 'asked',
  by: 'analyst',
  updateId: 'update 1',
  digest: 'payload',
  atMs: 1000,
  following: null,
};
const OFFER: Transmission = {
  at: 3,
  atMs: 6000,
  call: 'offer',
  updateId: 'update 1',
  digest: 'payload',
  byteLength: 100,
  header: HEADER,
  release: APPROVAL,
  charge: CHARGE,
  isRecordedReleased: true,
};
const BYTES: Transmission = { ...OFFER, call: 'bytes', header: null };
const UPDATE = {
  updateId: 'update 1',
  roundId: 'round 1',
  chargeSequence: 2,
  noiseRatio: 1,
  isIntact: true,
  order: 1,
};
const RELEASE = {
  updateId: 'update 1',
  roundId: 'round 1',
  payloadHash: 'payload',
  signers: 0,
  source: 'review',
  scopeNumber: null,
};
const STORE: StoreSnapshot = {
  charges: [CHARGE],
  updates: [UPDATE],
  releases: [RELEASE],
  scopes: [],
  scopeRounds: [],
};
const BY_SCOPE = { ...RELEASE, source: 'scope', scopeNumber: 1 };
const SCOPE = {
  number: 1,
  source: 'standing-policy',
  reviewUpdateId: null,
  rounds: 2,
  limits: LIMITS,
};
const STANDING: Happening = { kind: 'standing-set', following: FOLLOWING };

/** A round charged, trained, shown, released by a click and sent, as it should be. */
const GOOD: Evidence = {
  history: [OFFERED, NOISE, ASKED],
  wire: [OFFER, BYTES],
  store: STORE,
  undoMs: 5000,
  charterHash: 'charter',
};
const UNDER_SCOPE: Evidence = {
  ...GOOD,
  history: [OFFERED, STANDING, NOISE],
  store: { ...STORE, releases: [BY_SCOPE], scopes: [SCOPE] },
};

function figures(charged: number, change: Partial<Extract<Happening, { kind: 'figures' }>> = {}): Happening {
  return { kind: 'figures', budget: 4, charged, held: 0, isVerified: true, scopes: [], ...change };
}

function standingScope(number: number, state: string) {
  return { number, source: 'standing-policy', state };
}

function withWire(change: Partial<Transmission>): Evidence {
  return { ...GOOD, wire: [OFFER, { ...BYTES, ...change }] };
}

function withHistory(...history: readonly Happening[]): Evidence {
  return { ...GOOD, history, wire: GOOD.wire.map((one) => ({ ...one, at: history.length })) };
}

function rulesOf(evidence: Evidence): readonly string[] {
  return [...new Set(check(evidence).map(({ promise, rule }) => `${promise} ${rule}`))];
}

describe('what the judge accepts', () => {
  it('a round released by hand, and one released under a scope', () => {
    expect(check(GOOD)).toEqual([]);
    expect(check(UNDER_SCOPE)).toEqual([]);
  });

  it('a round that two reviewers signed', () => {
    const two: Happening = { kind: 'mode-set', mode: 'two', atMs: 0 };
    const signed = ['first', 'second'].map((by) => ({ ...ASKED, by }));
    expect(check(withHistory(two, OFFERED, NOISE, ...signed))).toEqual([]);
  });

  it('the same bytes again, a second training with its own charge, a lower budget than is charged', () => {
    const second = { ...CHARGE, sequence: 5 };
    const repeated: Evidence = {
      ...GOOD,
      history: [
        OFFERED,
        NOISE,
        { kind: 'restarted' },
        figures(1),
        figures(1, { budget: 0.5 }),
        { ...NOISE, committed: [CHARGE, second] },
        ASKED,
      ],
      wire: [OFFER, BYTES, OFFER, BYTES].map((one) => ({ ...one, at: 7 })),
      store: { ...STORE, charges: [CHARGE, second] },
    };
    expect(check(repeated)).toEqual([]);
  });

  it('an update discarded for another with more noise, which is released', () => {
    const more = { ...CHARGE, sequence: 5, noiseMultiplier: 1.65 };
    const again: Happening = { ...NOISE, noiseMultiplier: 1.65, committed: [CHARGE, more] };
    const history = [OFFERED, NOISE, { kind: 'discarded', updateId: 'update 0' } as const, again, ASKED];
    const release = { ...APPROVAL, chargeSequence: 5 };
    expect(
      check({
        ...GOOD,
        history,
        wire: [OFFER, BYTES].map((one) => ({ ...one, at: 5, release, charge: more })),
        store: {
          ...STORE,
          charges: [CHARGE, more],
          updates: [
            { ...UPDATE, updateId: 'update 0', order: 0 },
            { ...UPDATE, chargeSequence: 5 },
          ],
        },
      }),
    ).toEqual([]);
  });
});

const BAD: readonly (readonly [string, Evidence])[] = [
  ['I2 the charge is committed before the noise', withHistory(OFFERED, { ...NOISE, committed: [] }, ASKED)],
  [
    'I2 the charge is committed before the noise',
    withHistory(OFFERED, { ...NOISE, committed: [{ ...CHARGE, steps: 8 }] }, ASKED),
  ],
  [
    'I2 the charge is committed before the noise',
    withHistory(OFFERED, { ...NOISE, committed: [{ ...CHARGE, noiseMultiplier: 1.2 }] }, ASKED),
  ],
  ['I2 the charge is committed before the noise', withHistory(OFFERED, NOISE, NOISE, ASKED)],
  ['I1 a charge is never given back', { ...GOOD, store: { ...STORE, charges: [] } }],
  ['I1 a charge is never given back', { ...GOOD, store: { ...STORE, charges: [{ ...CHARGE, steps: 1 }] } }],
  [
    'I1 one charge pays for one update',
    { ...GOOD, store: { ...STORE, updates: [UPDATE, { ...UPDATE, updateId: 'update 2', order: 2 }] } },
  ],
  ['I1 the charged ε never falls', withHistory(OFFERED, NOISE, figures(1), figures(0.9), ASKED)],
  [
    'I1 charges and holds stay within the budget',
    withHistory(OFFERED, NOISE, figures(1), figures(3, { held: 1.1 }), ASKED),
  ],
  [
    'I1 a damaged or older ledger blocks',
    withHistory(OFFERED, { kind: 'damaged', what: 'ledger' }, NOISE, { kind: 'repaired' }, ASKED),
  ],
  [
    'I1 a damaged or older ledger blocks',
    withHistory(OFFERED, NOISE, ASKED, { kind: 'damaged', what: 'old-file' }),
  ],
  ['I3 nothing leaves without a committed release', withWire({ release: null })],
  ['I1 nothing leaves uncharged', withWire({ charge: null })],
  ['I1 nothing leaves uncharged', withWire({ charge: { ...CHARGE, sequence: 3 } })],
  ['I1 nothing leaves uncharged', withWire({ charge: { ...CHARGE, roundId: 'round 0' } })],
  ['I3 the ledger says so of every released charge', withWire({ isRecordedReleased: false })],
  ['I3 the release is bound to what leaves (payload)', withWire({ digest: 'other' })],
  ['I3 the release is bound to what leaves (length)', withWire({ byteLength: 99 })],
  [
    'I3 the release is bound to what leaves (base model)',
    withWire({ release: { ...APPROVAL, baseHash: 'other' } }),
  ],
  [
    'I3 the release is bound to what leaves (charter)',
    withWire({ release: { ...APPROVAL, charterHash: 'other' } }),
  ],
  ['I3 the release is bound to what leaves (cost)', withWire({ release: { ...APPROVAL, costSteps: 8 } })],
  [
    'I3 the release is bound to what leaves (header: signature)',
    { ...GOOD, wire: [{ ...OFFER, header: { ...HEADER, isSigned: false } }, BYTES] },
  ],
  [
    'I3 the release is bound to what leaves (header: bank)',
    { ...GOOD, wire: [{ ...OFFER, header: { ...HEADER, bankId: 'another' } }, BYTES] },
  ],
  [
    'I2 one release gives at most one distinct payload',
    { ...GOOD, wire: [OFFER, BYTES, { ...BYTES, digest: 'noised anew' }] },
  ],
  [
    'I3 what was withheld does not leave',
    withHistory(OFFERED, NOISE, ASKED, { kind: 'withheld', updateId: 'update 1' }),
  ],
  [
    'I3 what was discarded does not leave',
    withHistory(OFFERED, NOISE, ASKED, { kind: 'discarded', updateId: 'update 1' }),
  ],
  [
    'I3 what was discarded does not leave',
    {
      ...GOOD,
      store: {
        ...STORE,
        updates: [UPDATE, { ...UPDATE, updateId: 'update 2', chargeSequence: 5, order: 2 }],
      },
    },
  ],
  ['I14 a release by hand follows a click', withHistory(OFFERED, NOISE)],
  [
    'I14 a release by hand follows a click',
    withHistory(OFFERED, NOISE, ASKED, { kind: 'undone', updateId: 'update 1' }),
  ],
  [
    'I14 what was shown is what is sent',
    withHistory(OFFERED, NOISE, { ...ASKED, digest: 'what the screen said' }),
  ],
  [
    'I14 two reviewers sign where two decide',
    withHistory({ kind: 'mode-set', mode: 'two', atMs: 0 }, OFFERED, NOISE, { ...ASKED, by: 'first' }),
  ],
  [
    'I14 two reviewers sign where two decide',
    withHistory(OFFERED, NOISE, ASKED, { kind: 'mode-set', mode: 'two', atMs: 3000 }),
  ],
  [
    'I14 two reviewers sign where two decide',
    withHistory(
      { kind: 'mode-set', mode: 'two', atMs: 0 },
      OFFERED,
      NOISE,
      { ...ASKED, by: 'first' },
      { ...ASKED, by: 'second', following: FOLLOWING },
    ),
  ],
  ['I14 the time to undo passes first', withHistory(OFFERED, NOISE, { ...ASKED, atMs: 2000 })],
  ['I3 a scope has the limits that a person gave', { ...UNDER_SCOPE, history: [OFFERED, NOISE, OFFERED] }],
  [
    'I3 an automatic release is inside its limits',
    {
      ...UNDER_SCOPE,
      store: { ...UNDER_SCOPE.store, updates: [{ ...UPDATE, noiseRatio: 2.1 }] },
    },
  ],
  [
    'I3 an automatic release is inside its limits',
    {
      ...UNDER_SCOPE,
      store: { ...UNDER_SCOPE.store, updates: [{ ...UPDATE, noiseRatio: null }] },
    },
  ],
  [
    'I3 a scope releases as often as it may',
    {
      ...UNDER_SCOPE,
      store: {
        ...UNDER_SCOPE.store,
        updates: [1, 2, 3].map((order) => ({
          ...UPDATE,
          updateId: `update ${String(order)}`,
          chargeSequence: order + 1,
          order,
        })),
        releases: [1, 2, 3].map((order) => ({
          ...BY_SCOPE,
          updateId: `update ${String(order)}`,
          roundId: `round ${String(order)}`,
        })),
      },
    },
  ],
  [
    'I3 a scope ends when a figure leaves its limit',
    {
      ...UNDER_SCOPE,
      store: {
        ...UNDER_SCOPE.store,
        updates: [
          { ...UPDATE, updateId: 'odd', roundId: 'round 0', chargeSequence: 1, noiseRatio: 3, order: 0 },
          UPDATE,
        ],
        scopeRounds: [{ scopeNumber: 1, roundId: 'round 0', sent: false }],
      },
    },
  ],
  [
    'I3 a stopped standing policy waits for a person',
    {
      ...UNDER_SCOPE,
      history: [
        OFFERED,
        STANDING,
        NOISE,
        figures(1, { scopes: [standingScope(1, 'stopped-by-person')] }),
        figures(1, { scopes: [standingScope(1, 'stopped-by-person'), standingScope(2, 'running')] }),
      ],
    },
  ],
  [
    'I3 an automatic release rests on a scope',
    { ...UNDER_SCOPE, store: { ...UNDER_SCOPE.store, scopes: [] } },
  ],
];

describe('what the judge finds in hand-made bad histories', () => {
  it.each(BAD)('%s', (rule, evidence) => {
    expect(rulesOf(evidence)).toContain(rule);
  });
});

import { describe, expect, it } from 'vitest';
import { BankId } from '#shared/ids.ts';
import {
  advanceHubRound,
  HubRoundState,
  isOver,
  type HubRoundEvent,
  type HubRoundKind,
} from '#shared/round/hub-round.ts';

const bank = (letter: string): BankId => BankId.parse(`bnk_${letter.repeat(26)}`);
const BANKS = [bank('a'), bank('b'), bank('c')];
const [A, B, C] = BANKS as [BankId, BankId, BankId];
const TERMS = { minimumCohort: 2, quorum: 2 };

function subsets(banks: readonly BankId[]): BankId[][] {
  return banks.reduce<BankId[][]>((all, one) => [...all, ...all.map((set) => [...set, one])], [[]]);
}

/** Every event that banks, clocks and the operator can bring about, in any order and as often as they like. */
const EVENTS: readonly HubRoundEvent[] = [
  ...subsets(BANKS).map((present): HubRoundEvent => ({ kind: 'presence-changed', present, members: 3 })),
  { kind: 'enrolment-ended' },
  ...BANKS.map((bankId): HubRoundEvent => ({ kind: 'bank-entered', bankId })),
  ...BANKS.map((bankId): HubRoundEvent => ({ kind: 'bank-declined', bankId })),
  ...subsets(BANKS)
    .filter((set) => set.length > 0)
    .map((bankIds): HubRoundEvent => ({ kind: 'updates-committed', bankIds })),
  { kind: 'deadline-passed' },
  { kind: 'checkpoint-published' },
  { kind: 'aggregation-failed', reason: 'left 2^53' },
  { kind: 'cancelled', reason: 'operator' },
];

/** The round with what was acknowledged to banks so far: that must never be forgotten (I5). */
interface World {
  readonly state: HubRoundState;
  readonly acknowledged: readonly BankId[];
}

interface Explored {
  readonly worlds: ReadonlyMap<string, World>;
  readonly edges: ReadonlyMap<string, ReadonlySet<string>>;
}

function key(world: World): string {
  return JSON.stringify(world);
}

/** A crash keeps what was stored, as it was stored. */
function crash(state: HubRoundState): HubRoundState {
  return HubRoundState.parse(JSON.parse(JSON.stringify(state)));
}

function explore(): Explored {
  const start: World = { state: { kind: 'planned', index: 4 }, acknowledged: [] };
  const worlds = new Map([[key(start), start]]);
  const edges = new Map<string, Set<string>>();
  const waiting = [start];
  for (let world = waiting.pop(); world !== undefined; world = waiting.pop()) {
    for (const event of EVENTS) {
      const outcome = advanceHubRound(crash(world.state), event, TERMS);
      if (outcome.kind === 'refusal') continue;
      const news = event.kind === 'updates-committed' ? event.bankIds : [];
      const acknowledged = [...new Set([...world.acknowledged, ...news])].sort();
      const next = { state: outcome.state, acknowledged };
      const followers = edges.get(key(world)) ?? new Set();
      edges.set(key(world), followers.add(key(next)));
      if (worlds.has(key(next))) continue;
      worlds.set(key(next), next);
      waiting.push(next);
    }
  }
  return { worlds, edges };
}

const explored = explore();
const worlds = [...explored.worlds.values()];
const ofKind = (kind: HubRoundKind): World[] => worlds.filter(({ state }) => state.kind === kind);

describe('every reachable round of three banks', () => {
  it('reaches every phase', () => {
    const kinds = new Set(worlds.map(({ state }) => state.kind));
    expect([...kinds].sort()).toEqual(
      ['aggregating', 'cancelled', 'enrolling', 'failed', 'planned', 'published', 'training'].sort(),
    );
    expect(worlds.length).toBeGreaterThan(90);
  });

  it('counts a bank at most once (I4)', () => {
    for (const { state } of worlds) {
      if (!('committed' in state)) continue;
      expect(new Set(state.committed).size).toBe(state.committed.length);
      expect(new Set(state.cohort).size).toBe(state.cohort.length);
    }
  });

  it('never loses an acknowledged update, nor counts one that was not (I5)', () => {
    for (const { state, acknowledged } of worlds)
      if ('committed' in state) expect([...state.committed].sort()).toEqual(acknowledged);
  });

  it('aggregates and publishes only with the quorum, and only from the cohort', () => {
    for (const { state } of [...ofKind('aggregating'), ...ofKind('published')]) {
      if (!('committed' in state)) throw new Error('unreachable');
      expect(state.committed.length).toBeGreaterThanOrEqual(TERMS.quorum);
      expect(state.cohort).toEqual(expect.arrayContaining([...state.committed]));
    }
  });

  it('never counts a bank as declined and committed at once', () => {
    for (const { state } of ofKind('training'))
      if (state.kind === 'training')
        expect(state.declined.filter((one) => state.committed.includes(one))).toEqual([]);
  });

  it('can always end, and an end is final', () => {
    const ends = new Set(worlds.filter(({ state }) => isOver(state)).map(key));
    const canEnd = new Set(ends);
    for (let grew = true; grew;) {
      grew = false;
      for (const [from, followers] of explored.edges) {
        if (canEnd.has(from) || ![...followers].some((one) => canEnd.has(one))) continue;
        canEnd.add(from);
        grew = true;
      }
    }
    expect(canEnd.size).toBe(worlds.length);
    for (const end of ends) expect(explored.edges.get(end)).toBeUndefined();
  });

  it('keeps its place in the plan', () => {
    expect(new Set(worlds.map(({ state }) => state.index))).toEqual(new Set([4]));
  });
});

describe('effects', () => {
  const training = (changes: Partial<Extract<HubRoundState, { kind: 'training' }>> = {}): HubRoundState => ({
    kind: 'training',
    index: 0,
    cohort: BANKS,
    committed: [],
    declined: [],
    ...changes,
  });

  it('starts at once when every member is present', () => {
    const event = { kind: 'presence-changed', present: BANKS, members: 3 } as const;
    const outcome = advanceHubRound({ kind: 'planned', index: 0 }, event, TERMS);
    expect(outcome).toMatchObject({ state: { kind: 'training', cohort: BANKS } });
    expect(outcome).toMatchObject({ effects: [{ kind: 'stop-timers' }, { kind: 'start-deadline' }] });
  });

  it('waits a while for absent members once the minimum cohort is there', () => {
    const event = { kind: 'presence-changed', present: [A, B], members: 3 } as const;
    const outcome = advanceHubRound({ kind: 'planned', index: 0 }, event, TERMS);
    expect(outcome).toMatchObject({
      state: { kind: 'enrolling' },
      effects: [{ kind: 'start-enrolment-timer' }],
    });
  });

  it('goes on as soon as everyone has sent or declined', () => {
    const state = training({ committed: [A], declined: [B] });
    const outcome = advanceHubRound(state, { kind: 'updates-committed', bankIds: [C] }, TERMS);
    expect(outcome).toMatchObject({ state: { kind: 'aggregating', committed: [A, C] } });
  });

  it('fails below the quorum and plans the same step again', () => {
    const outcome = advanceHubRound(training({ committed: [A] }), { kind: 'deadline-passed' }, TERMS);
    expect(outcome).toMatchObject({ state: { kind: 'failed', reason: 'quorum not met: 1 of 2' } });
    expect(outcome).toMatchObject({
      effects: expect.arrayContaining([{ kind: 'plan-next', again: true }]) as unknown,
    });
  });

  it('lets a bank that declined come back', () => {
    const outcome = advanceHubRound(training({ declined: [B] }), { kind: 'bank-entered', bankId: B }, TERMS);
    expect(outcome).toMatchObject({ state: { declined: [] } });
  });

  it('takes nothing more once it sums', () => {
    const state: HubRoundState = { kind: 'aggregating', index: 0, cohort: BANKS, committed: [A, B] };
    const outcome = advanceHubRound(state, { kind: 'updates-committed', bankIds: [C] }, TERMS);
    expect(outcome.kind).toBe('refusal');
  });
});

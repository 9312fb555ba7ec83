/** Two tabs decide about one update at once (F32): whatever the order in which their calls arrive, one decision wins. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '#shared/failure.ts';
import type { UpdateId } from '#shared/ids.ts';
import type { ReleaseScope } from '#shared/round/review-view.ts';
import type { Signer } from '#main/bank/settings/reviewer-keys.ts';
import { DEFAULT_POLICY } from '#main/bank/settings/policy.ts';
import { type GateFixture, gateFixture, RUN } from './gate-fixture.ts';
import { enterTwo } from './two-reviewers.ts';

/** Five hundred each pass as well; these fit `npm test`. */
const RACES = 60;
const LIMITS = { minimumNoiseRatio: 0.9, maximumNoiseRatio: 2, minimumCosine: -1, maximumEpsilonPerRound: 9 };
const ONE_ROUND: ReleaseScope = { kind: 'this-round' };
const WIDER: ReleaseScope = { kind: 'rounds', following: 2, limits: LIMITS };

/** What one tab sends, each after the answer to the one before; `ada` signs as a reviewer that both tabs may be. */
type Call = 'release' | 'release-wider' | 'ada' | 'ben' | 'ada-wider' | 'undo' | 'unsign' | 'withhold';

interface Tab {
  readonly ada: Signer;
  readonly ben: Signer;
  readonly request: Pick<Parameters<GateFixture['gate']['ask']>[0], 'updateId' | 'digest'>;
}

function send({ gate }: GateFixture, { request, ada, ben }: Tab, call: Call): void {
  const { updateId } = request;
  const whole = { ...request, scope: ONE_ROUND, note: '' };
  switch (call) {
    case 'release':
      gate.ask(whole);
      return;
    case 'release-wider':
      gate.ask({ ...whole, scope: WIDER });
      return;
    case 'ada':
      gate.sign(whole, ada);
      return;
    case 'ben':
      gate.sign(whole, ben);
      return;
    case 'ada-wider':
      gate.sign({ ...whole, scope: WIDER }, ada);
      return;
    case 'undo':
      gate.undo(updateId);
      return;
    case 'unsign':
      gate.unsign(updateId);
      return;
    case 'withhold':
      gate.withhold(updateId, '');
  }
}

/** One update for each race, over one store: cheap enough for a thousand. */
async function nextUpdate(fixture: GateFixture, number: number): Promise<Tab['request']> {
  if (fixture.scopes.running(RUN) !== undefined) fixture.gate.stopScope(RUN);
  fixture.gate.roundEvent(fixture.round.roundId, { kind: 'round-abandoned' });
  fixture.openRound(number, 0);
  await fixture.gate.train(fixture.round);
  const held = fixture.store.heldOfRound(fixture.round.roundId);
  if (held === undefined) throw new Error('nothing is held');
  return { updateId: held.updateId, digest: held.header.payloadHash };
}

/** What the ledger says of the update whose charge this is: it is the newest. */
function outcomesOf({ ledger }: GateFixture, charge = 0): readonly string[] {
  const kinds = ledger.entries({ afterSequence: charge, limit: 100 }).map(({ kind }) => kind);
  return kinds.filter((kind) => kind === 'released' || kind === 'withheld');
}

function expectOneDecision(fixture: GateFixture, updateId: UpdateId): 'sent' | 'withheld' | 'waiting' {
  const { store, sent, reviewers } = fixture;
  const times = sent.filter((one) => one === updateId).length;
  const release = store.release(updateId);
  const kind = store.decision(updateId)?.kind;
  const sequence = store.held(updateId)?.charge?.sequence;
  expect(times).toBe(release === undefined ? 0 : 1);
  expect(kind === 'released').toBe(release !== undefined);
  expect(outcomesOf(fixture, sequence)).toEqual(kind === undefined ? [] : [kind]);
  if (release !== undefined)
    expect(new Set(release.approval.signers).size).toBe(reviewers.mode() === 'two' ? 2 : 0);
  if (kind === 'withheld') return 'withheld';
  return release === undefined ? 'waiting' : 'sent';
}

async function races(fixture: GateFixture, signers: Pick<Tab, 'ada' | 'ben'>, calls: readonly Call[]) {
  const ended = { sent: 0, withheld: 0, waiting: 0, refused: 0 };
  const order = fc.array(fc.constantFrom(...calls), { minLength: 1, maxLength: 3 });
  let number = 1;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), order, order, async (scheduler, one, other) => {
      const request = await nextUpdate(fixture, ++number);
      const tab = async (sends: readonly Call[], name: string): Promise<void> => {
        for (const call of sends) {
          // The way of a call to the gate: a passphrase that is tried, a transport, another tab's turn.
          await scheduler.schedule(Promise.resolve(), `${name}: ${call}`);
          try {
            send(fixture, { request, ...signers }, call);
          } catch (error) {
            if (!isFailure(error)) throw error;
            ended.refused++;
          }
        }
      };
      const tabs = [tab(one, 'one'), tab(other, 'other')];
      await scheduler.waitFor(Promise.all(tabs));
      fixture.clock.advance(5000);
      ended[expectOneDecision(fixture, request.updateId)]++;
    }),
    { numRuns: RACES, seed: 20261124, endOnFailure: true },
  );
  return ended;
}

function roomyFixture(): GateFixture {
  const fixture = gateFixture({ budget: 1000 });
  const room = { maximumEpsilonPerRun: 1000, maximumEpsilonInTotal: 1000, maximumEpsilonPerRound: 1000 };
  fixture.policy = { ...DEFAULT_POLICY, ...room };
  return fixture;
}

describe('two tabs that decide at once', () => {
  it('are one person’s: one release or one withholding, never both, never twice', async () => {
    const fixture = roomyFixture();
    const three = await enterTwo(roomyFixture());
    const ended = await races(fixture, three, ['release', 'release', 'release-wider', 'undo', 'withhold']);
    expect(Math.min(ended.sent, ended.withheld, ended.waiting, ended.refused)).toBeGreaterThan(5);
  });

  it('are two reviewers’: one release that two different of them signed for one scope, or none', async () => {
    const fixture = roomyFixture();
    const three = await enterTwo(fixture);
    const calls = ['ada', 'ada', 'ben', 'ben', 'ada-wider', 'undo', 'unsign', 'withhold', 'release'] as const;
    const ended = await races(fixture, three, calls);
    expect(Math.min(ended.sent, ended.withheld, ended.waiting, ended.refused)).toBeGreaterThan(5);
  });
});

/** The slices of `prove privacy` at a size that fits `npm test`; the figures come from the command. */
import { describe, expect, it } from 'vitest';
import { flipBits } from './bit-flips.ts';
import { clean } from './gate.ts';
import type { ActionName } from './gate/actions.ts';
import { CHARGE_NOT_MIRRORED, NO_BUG, SEEDED_BUGS } from './gate/bugs.ts';
import { judged } from './gate/sequences.ts';
import { callsOfALife, killedAt } from './kill/kills.ts';
import { cutPower } from './power-cut/cuts.ts';
import { mountObstacle } from './power-cut/disk.ts';
import { stream } from '#main/sample/generator/stream.ts';

const options = { seed: 20261124, scale: 0.006, say: () => undefined };

/** The shortest way to each seeded bug. */
const WAYS: Readonly<Record<string, readonly ActionName[]>> = {
  'send before charge': ['whole-round'],
  'send before release': ['train'],
  'noise before charge': ['train'],
  'second training for free': ['train-and-stop', 'train'],
  'refund on failure': ['train-and-stop', 'crash'],
  're-noise on retry': ['hub-loses-receipt', 'train', 'release', 'wait-ten-seconds', 'hub-takes-all'],
  're-noise after a restart': ['hub-loses-receipt', 'train', 'release', 'wait-ten-seconds', 'crash'],
  'approval not bound to the digest': ['train', 'tamper-with-bytes', 'release', 'wait-ten-seconds'],
  'more noise charged than drawn': ['train', 'retrain'],
  'discarded update sent': ['train', 'retrain'],
  'undo that does nothing': ['train', 'release', 'undo', 'wait-ten-seconds'],
  'second reviewer not needed': ['train', 'two-decide', 'release', 'wait-ten-seconds'],
  'scope goes on past a stop': [
    'standing-on',
    'odd-noise',
    'whole-round-within-scope',
    'usual-noise',
    'whole-round-within-scope',
  ],
  'limits of a scope forgotten': ['standing-on', 'odd-noise', 'whole-round-within-scope'],
};

describe('the gate', () => {
  it('keeps I1, I2, I3 and I14 under random actions, and both releases and refuses on the way', async () => {
    const { violated, firstViolation, reached } = await clean(options);
    expect(firstViolation).toBeNull();
    expect(violated).toBe(0);
    expect(reached.releasesByHand).toBeGreaterThan(10);
    expect(reached.automaticReleases).toBeGreaterThan(10);
    expect(reached.discarded).toBeGreaterThan(10);
    expect(reached.crashes).toBeGreaterThan(10);
    expect(reached.ledgerBroken).toBeGreaterThan(0);
  });

  it.each(SEEDED_BUGS.map((one) => [one.name, one] as const))('finds: %s', async (name, { rule, bug }) => {
    const actions = (WAYS[name] ?? []).map((action) => ({ name: action, crashAt: null }));
    const { violations } = await judged(actions, bug);
    expect(violations.map((violation) => violation.rule)).toContain(rule);
    expect((await judged(actions, NO_BUG)).violations).toEqual([]);
  });
});

describe('an older copy of the store', () => {
  it.each([
    ['outside a scope', ['keep-copy', 'train', 'restore-copy']],
    [
      'under a scope',
      [
        'standing-on',
        'whole-round-within-scope',
        'keep-copy',
        'odd-noise',
        'whole-round-within-scope',
        'restore-copy',
      ],
    ],
  ] satisfies [string, ActionName[]][])(
    'forgets no charge %s; without the head outside it forgets one',
    async (_, names) => {
      const actions = names.map((name) => ({ name, crashAt: null }));
      expect((await judged(actions, NO_BUG)).violations).toEqual([]);
      const { violations } = await judged(actions, CHARGE_NOT_MIRRORED);
      expect(violations.map(({ rule }) => rule)).toContain('a charge is never given back');
    },
  );
});

describe('a bank that is killed', () => {
  it('leaves nothing free and nothing in two forms', async () => {
    const calls = await callsOfALife();
    for (const point of ['before trainer.start', 'after commit', 'after wire.sendChunk']) {
      const life = await killedAt({ call: calls.indexOf(point) + 1, bug: null });
      expect(life).toMatchObject({ point, violations: [] });
    }
  });
});

describe('a disk that loses its power', () => {
  it.skipIf(mountObstacle() !== null)(
    'keeps every acknowledged charge, and with NORMAL does not',
    async () => {
      const plan = { cuts: 4, random: stream(1, 'cuts'), onCut: () => undefined };
      const full = await cutPower({ ...plan, synchronous: 'FULL' });
      expect(full).toMatchObject({ cuts: 4, cutsThatLost: 0, refusedWhole: 0 });
      expect(full.acknowledged).toBeGreaterThan(4);
      expect((await cutPower({ ...plan, synchronous: 'NORMAL' })).cutsThatLost).toBeGreaterThan(0);
    },
  );
});

describe('a bit of the store that turned', () => {
  it('is found wherever it changed the ledger, where SQLite alone finds little', () => {
    const figures = flipBits({ ...options, scale: 0.03 });
    expect(figures).toMatchObject({ flips: 30, accepted: 0, lowered: 0, unnamed: 0 });
    expect(figures.changed).toBeGreaterThan(5);
    expect(figures.missedByIntegrityCheck).toBeGreaterThan(0);
  });
});

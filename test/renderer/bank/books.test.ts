import { describe, expect, it } from 'vitest';
import { filterOf, spread } from '../../../renderer/bank/audit/audit-table.tsx';
import { versionQualities } from '../../../renderer/bank/overview/quality-panel.tsx';
import {
  deciderText,
  ledgerColumns,
  mechanismText,
  noteText,
  purposeText,
} from '../../../renderer/bank/privacy/ledger-columns.tsx';
import { rolledBackText } from '../../../renderer/bank/privacy/health-panel.tsx';
import { bareFacts } from '../../../renderer/bank/privacy/privacy.tsx';
import { shownEntries } from '../../../renderer/bank/privacy/ledger-filter.ts';
import { recoveryFacts } from '../../../renderer/bank/privacy/recovery-dialog.tsx';
import { federationText } from '../../../renderer/bank/rounds/models-panel.tsx';
import { pastRounds } from '../../../renderer/bank/rounds/past-rounds.ts';
import { linesOf, toggled } from '../../../renderer/ui/data-table-lines.ts';
import { ledgerEntries, privacyState, recovery } from '../../e2e/fixtures/ledger.ts';
import { modelVersions, roundHistory } from '../../e2e/fixtures/views.ts';

describe('the ledger on the screen', () => {
  const entries = ledgerEntries();

  it('is filtered by what an entry is, newest first', () => {
    expect(shownEntries(entries, 'all')[0]?.sequence).toBe(entries.length);
    expect(shownEntries(entries, 'holds').map(({ kind }) => kind)).toEqual(['hold-returned', 'hold']);
    expect(shownEntries(entries, 'budget')).toHaveLength(1);
    const groups = (['charges', 'outcomes', 'holds', 'budget'] as const).flatMap((one) =>
      shownEntries(entries, one),
    );
    expect(groups).toHaveLength(entries.length);
  });

  it('says of a charge what it pays for, by which steps, and from which hold', () => {
    const charge = entries.find(({ purpose, fromHold }) => purpose === 'evaluation' && fromHold !== null);
    if (charge === undefined) throw new Error('the fixture has a histogram from a hold');
    const cell = (key: string) =>
      ledgerColumns({ titleOf: () => 'run', isOneRun: true })
        .find((one) => one.key === key)
        ?.cell(charge);
    expect(cell('purpose')).toBe(`Score histogram, hold ${String(charge.fromHold)}`);
    expect(mechanismText(charge)).toBe('1 × q 1, z 20');
  });

  it('names what an entry refers to, who decided, the budget it sets, and the reason', () => {
    const [budget] = entries;
    expect(budget === undefined ? '' : noteText(budget)).toBe('ε 4.00 · first budget');
    const released = entries.filter(({ kind }) => kind === 'released');
    expect(released.map(purposeText)[0]).toMatch(/^of entry \d+$/);
    expect(released.map(deciderText)[0]).toBe('A. Kvist');
    expect(released.map(deciderText)).toContain('limits of a scope');
    expect(deciderText({ decidedBy: { kind: 'people', names: ['A. Kvist', 'M. Lindqvist'] } })).toBe(
      'A. Kvist, M. Lindqvist',
    );
  });
});

it('tells the price of a recovery before it happens', () => {
  const facts = recoveryFacts(recovery.kind === 'none' ? { kind: 'accept-audit-end', fault: '' } : recovery);
  expect(facts.map(({ value }) => value)).toContain('2.22 → 2.31');
  expect(recoveryFacts({ kind: 'accept-audit-end', fault: 'the end is missing' })).toHaveLength(2);
});

it('joins a round with its newest charge', () => {
  const rounds = pastRounds(roundHistory(), ledgerEntries());
  expect(rounds.map(({ index }) => index).slice(0, 2)).toEqual([13, 12]);
  expect(rounds[0]?.epsilonAfter).toBe(2.31);
  expect(rounds.every(({ updateId }) => updateId !== null)).toBe(true);
  expect(pastRounds(roundHistory(), [])[0]).toMatchObject({ chargedAt: null, epsilonAfter: null });
});

describe('the quality line', () => {
  it('has a place for every version, measured or not', () => {
    const versions = modelVersions(6).filter(({ version }) => version !== 3);
    const points = versionQualities(
      versions.map((one) => (one.version === 5 ? { ...one, quality: null } : one)),
    );
    expect(points.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(points.filter(({ own }) => own === null).map(({ version }) => version)).toEqual([3, 5]);
  });

  it('keeps to the run of the newest model', () => {
    expect(versionQualities([])).toEqual([]);
  });

  it('gives the figure over all banks with its interval and the number of banks', () => {
    const quality = { prAuc: 0.7421, low: 0.711, high: 0.77, banks: 5 };
    expect(federationText({ federationQuality: quality })).toBe('0.742 (0.711 to 0.770), 5 banks');
    expect(federationText({ federationQuality: null })).toBe('–');
  });
});

it('asks the store for what is chosen, and shows its JSON one field a line', () => {
  expect(filterOf({ kind: 'all', search: ' round 7 ' })).toEqual({ search: 'round 7' });
  expect(filterOf({ kind: 'release', search: '' })).toEqual({ kind: 'release', search: '' });
  expect(spread('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(spread('not JSON')).toBe('not JSON');
});

it('opens a row below itself, and closes it again', () => {
  const key = (row: string) => row;
  const opened = toggled(new Set<string>(), 'b');
  expect(linesOf(['a', 'b', 'c'], key, opened).map((line) => line.key)).toEqual(['a', 'b', 'b/detail', 'c']);
  expect(linesOf(['a', 'b', 'c'], key, toggled(opened, 'b'))).toHaveLength(3);
});

it('an older ledger is named by what is known of it, and by no number that nobody knows', () => {
  const health = { kind: 'rolled-back', entries: 26, expected: 28 } as const;
  expect(rolledBackText({ ...health, witness: 'mirror' })).toContain('26 entries, and entry 28 as it was');
  expect(rolledBackText({ ...health, expected: 27, witness: 'hub' })).not.toContain('27');
  expect(rolledBackText({ ...health, expected: 26, witness: 'none' })).toContain(
    'It may be an old copy: 26 entries. Sending is blocked.',
  );
});

it('what left without noise is named beside the figures that do not count it', () => {
  expect(bareFacts(privacyState())).toEqual([]);
  expect(bareFacts({ ...privacyState(), releasedWithoutNoise: 2 })).toMatchObject([
    { name: 'Left without noise', value: '2 updates' },
  ]);
});

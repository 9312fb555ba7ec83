import { copyFileSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '#main/bank/privacy/ledger.ts';
import { LedgerRecovery } from '#shared/privacy/ledger-view.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import {
  BUDGET,
  CHARGE,
  failureOf,
  ledgerFixture,
  type LedgerFixture,
  openDatabase,
  RUN,
  STEPS,
} from './ledger-fixture.ts';

const epsilonOf = (rounds: number): number =>
  epsilonByPld([{ ...STEPS, steps: rounds * STEPS.steps }], BUDGET.delta);

function dropTriggers(database: Database.Database): void {
  for (const name of ['grows_by_one', 'keeps_rows', 'keeps_values'])
    database.exec(`DROP TRIGGER privacy_ledger_${name}`);
}

/** The file of an earlier moment, under the ledger's own name. */
function restored(fixture: LedgerFixture, copy: string): { ledger: Ledger; database: Database.Database } {
  fixture.database.close();
  for (const suffix of ['-wal', '-shm']) rmSync(fixture.file + suffix, { force: true });
  copyFileSync(copy, fixture.file);
  const database = openDatabase(fixture.file);
  return { ledger: fixture.open({ database }), database };
}

/** A budget and two charges, of which an older copy has one. */
function olderCopy(fixture = ledgerFixture()) {
  fixture.ledger.setBudget(BUDGET);
  fixture.ledger.charge(CHARGE);
  const copy = fixture.backup();
  fixture.ledger.recordOutcome(fixture.ledger.charge(CHARGE), 'released');
  const head = fixture.ledger.head();
  return { fixture, head, ...restored(fixture, copy) };
}

describe('an older copy of the file', () => {
  it('goes on with exactly the steps that it lacks, as it said before, and keeps the reason', () => {
    const { ledger, fixture, head } = olderCopy();
    const plan = ledger.recovery();
    expect(LedgerRecovery.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({
      kind: 'charge-missing',
      mechanisms: [STEPS],
      epsilonBefore: epsilonOf(1),
      epsilonAfter: epsilonOf(2),
    });
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('ledger-broken');
    ledger.recover('disk replaced, backup of Monday');
    expect(ledger.health()).toMatchObject({ kind: 'verified', entries: 3 });
    expect(ledger.state()).toMatchObject({
      chargedEpsilon: epsilonOf(2),
      // What was lost may have been sent, so it counts as released.
      releasedEpsilon: epsilonOf(1),
      charged: [{ ...STEPS, steps: 40 }],
    });
    expect(ledger.entries({ afterSequence: 2, limit: 1 })[0]).toMatchObject({
      kind: 'recovered',
      mechanism: STEPS,
      note: expect.stringContaining('disk replaced, backup of Monday') as string,
      chargedEpsilonAfter: epsilonOf(2),
    });
    expect(ledger.isOwnHead(head.hash)).toBe(true);
    const again = fixture.open({ database: openDatabase(fixture.file) });
    expect(again.health()).toMatchObject({ kind: 'verified', entries: 3 });
    expect(again.recovery()).toEqual({ kind: 'none' });
    ledger.charge(CHARGE);
    expect(ledger.chargedEpsilon()).toBe(epsilonOf(3));
  });

  it('stays verified when the key store could not be written after the commit', () => {
    const { ledger, fixture } = olderCopy();
    const before = fixture.mirror.head;
    ledger.recover('restored');
    fixture.mirror.head = before;
    expect(fixture.open({ database: openDatabase(fixture.file) }).health().kind).toBe('verified');
  });

  it('from before the budget gets budget, δ and unit back with the charges', () => {
    const fixture = ledgerFixture();
    const copy = fixture.backup();
    fixture.ledger.setBudget({ ...BUDGET, epsilon: 3 });
    fixture.ledger.charge(CHARGE);
    const { ledger } = restored(fixture, copy);
    ledger.recover('restored');
    expect(ledger.budget()).toMatchObject({ ...BUDGET, epsilon: 3 });
    expect(ledger.chargedEpsilon()).toBe(epsilonOf(1));
    expect(
      failureOf(() => {
        ledger.setBudget({ ...BUDGET, delta: 1e-3 });
      }).code,
    ).toBe('invalid-input');
  });

  it('charges what a hold may have been used for, and ends the hold', () => {
    const fixture = ledgerFixture();
    fixture.ledger.setBudget(BUDGET);
    const hold = fixture.ledger.hold({ runId: RUN, mechanisms: [STEPS, STEPS], clippingNorm: 1 });
    const copy = fixture.backup();
    fixture.ledger.charge({ ...CHARGE, hold });
    const { ledger } = restored(fixture, copy);
    // The charge was mirrored here; the hold of the older copy is still whole.
    expect(ledger.recovery()).toMatchObject({ kind: 'charge-missing', holdsEnded: 1 });
    ledger.recover('restored');
    expect(ledger.state()).toMatchObject({ charged: [{ ...STEPS, steps: 40 }], held: [] });
    expect(ledger.isCovered(hold, STEPS)).toBe(false);
  });

  it('of which another history was written counts both in full', () => {
    const fixture = ledgerFixture();
    fixture.ledger.setBudget(BUDGET);
    const copy = fixture.backup();
    const mirroredAtCopy = fixture.mirror.head;
    fixture.ledger.charge(CHARGE);
    const mirrored = fixture.mirror.head;
    fixture.mirror.head = mirroredAtCopy;
    const fork = restored(fixture, copy);
    fork.ledger.charge({ ...CHARGE, mechanism: { ...STEPS, steps: 7 } });
    fork.database.close();
    fixture.mirror.head = mirrored;
    const ledger = fixture.open({ database: openDatabase(fixture.file) });
    expect(ledger.health()).toMatchObject({ kind: 'rolled-back', witness: 'mirror' });
    ledger.recover('two copies ran');
    expect(ledger.state().charged).toEqual([{ ...STEPS, steps: 27 }]);
  });

  it('needs a reason, and a ledger that verifies needs no recovery', () => {
    const { ledger } = olderCopy();
    expect(
      failureOf(() => {
        ledger.recover('  ');
      }).code,
    ).toBe('invalid-input');
    expect(ledger.health().kind).toBe('rolled-back');
    ledger.recover('restored');
    expect(
      failureOf(() => {
        ledger.recover('again');
      }).message,
    ).toContain('nothing to recover');
  });
});

describe('a ledger that nobody can complete', () => {
  it('spends its whole budget when the mirrored head is gone; raising it is the way on, and new charges come on top', () => {
    const fixture = ledgerFixture();
    fixture.ledger.setBudget(BUDGET);
    fixture.ledger.charge(CHARGE);
    fixture.mirror.head = undefined;
    const ledger = fixture.open();
    expect(ledger.recovery()).toMatchObject({ kind: 'close-budget', epsilonAfter: 4 });
    ledger.recover('key store lost');
    expect(ledger.state()).toMatchObject({
      chargedEpsilon: 4,
      releasedEpsilon: 4,
      lostEpsilon: 4,
      charged: [],
    });
    expect(ledger.health().kind).toBe('verified');
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('budget-exhausted');
    ledger.setBudget({ ...BUDGET, epsilon: 6, reason: 'board decision' });
    ledger.charge(CHARGE);
    expect(ledger.chargedEpsilon()).toBeCloseTo(4 + epsilonOf(1), 12);
    expect(fixture.open().state()).toEqual(ledger.state());
  });

  it('spends its whole budget when file and key store are both of an older day and the hub knows better', () => {
    const fixture = ledgerFixture();
    fixture.ledger.setBudget(BUDGET);
    const copy = fixture.backup();
    const mirroredAtCopy = fixture.mirror.head;
    fixture.ledger.charge(CHARGE);
    const sent = fixture.ledger.head().hash;
    fixture.mirror.head = mirroredAtCopy;
    const { ledger } = restored(fixture, copy);
    expect(ledger.health().kind).toBe('verified');
    expect(ledger.noteHubHead(sent)).toMatchObject({ kind: 'rolled-back', witness: 'hub' });
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('ledger-broken');
    // Known from now on, with or without the hub.
    const offline = fixture.open({ database: openDatabase(fixture.file) });
    expect(offline.health()).toMatchObject({ kind: 'rolled-back', witness: 'hub' });
    expect(offline.recovery()).toMatchObject({ kind: 'close-budget', epsilonAfter: 4 });
    offline.recover('image of the machine restored');
    expect(offline.state()).toMatchObject({ chargedEpsilon: 4 });
    expect(offline.noteHubHead(sent).kind).toBe('verified');
  });

  it('answers for what the hub holds also where the mirrored head is gone', () => {
    const { fixture, ledger } = olderCopy();
    const newer = fixture.mirror.head?.hash ?? '';
    fixture.mirror.head = undefined;
    ledger.noteHubHead(newer);
    expect(ledger.recovery()).toMatchObject({ kind: 'close-budget' });
    ledger.recover('machine rebuilt');
    expect(ledger.noteHubHead(newer).kind).toBe('verified');
    const again = fixture.open({ database: openDatabase(fixture.file) });
    expect(again.noteHubHead(newer).kind).toBe('verified');
  });

  it('takes what the hub holds for known when the mark has it', () => {
    const { ledger, head } = olderCopy();
    expect(ledger.noteHubHead(head.hash).kind).toBe('rolled-back');
    expect(ledger.recovery()).toMatchObject({ kind: 'charge-missing', mechanisms: [STEPS] });
    ledger.recover('restored');
    expect(ledger.noteHubHead(head.hash).kind).toBe('verified');
  });

  it('without any budget left spends the first one that is set', () => {
    const fixture = ledgerFixture();
    const { ledger } = fixture;
    ledger.noteHubHead('a'.repeat(64));
    expect(ledger.recovery()).toMatchObject({ kind: 'close-budget', epsilonAfter: null });
    ledger.recover('a new file, and the hub knows an older ledger');
    ledger.setBudget(BUDGET);
    expect(ledger.chargedEpsilon()).toBe(4);
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('budget-exhausted');
    ledger.setBudget({ ...BUDGET, epsilon: 6, reason: 'agreed' });
    expect(ledger.chargedEpsilon()).toBe(4);
  });

  it('does not use a mark that was put beside another head', () => {
    const { fixture } = olderCopy();
    const { head } = fixture.mirror;
    if (head?.mark === undefined) throw new Error('no mark');
    fixture.mirror.head = { ...head, mark: { ...head.mark, mechanisms: [] } };
    const ledger = fixture.open({ database: openDatabase(fixture.file) });
    expect(ledger.recovery()).toMatchObject({ kind: 'close-budget', epsilonAfter: 4 });
  });
});

describe('an altered ledger', () => {
  const DAMAGES = {
    steps: `UPDATE privacy_ledger SET body = replace(body, '"steps":20', '"steps":2') WHERE sequence = 2`,
    'no noise at all': `UPDATE privacy_ledger SET body = replace(body, '1.2', '0') WHERE sequence = 2`,
    budget: `UPDATE privacy_ledger SET body = replace(body, '"epsilon":4', '"epsilon":1') WHERE sequence = 1`,
    'a dearer figure': `UPDATE privacy_ledger SET body = replace(body, '"epsilonAfter":', '"epsilonAfter":999') WHERE sequence = 2`,
    'deleted row': 'DELETE FROM privacy_ledger WHERE sequence = 2',
    'no text of an entry': `UPDATE privacy_ledger SET body = 'x' WHERE sequence = 3`,
  };

  function altered(sql: string) {
    const fixture = ledgerFixture();
    fixture.ledger.setBudget(BUDGET);
    fixture.ledger.recordOutcome(fixture.ledger.charge(CHARGE), 'released');
    const last = fixture.ledger.charge(CHARGE);
    dropTriggers(fixture.database);
    fixture.database.exec(sql);
    return { fixture, last, ledger: fixture.open() };
  }

  it.each(Object.entries(DAMAGES))(
    'is charged as the mark says, its rows sealed as they are: %s',
    (_, sql) => {
      const { ledger, fixture, last } = altered(sql);
      expect(ledger.health().kind).toBe('broken');
      const kept = fixture.database.prepare('SELECT * FROM privacy_ledger ORDER BY sequence').all();
      ledger.recover('disk error, found on Tuesday');
      expect(ledger.health()).toMatchObject({ kind: 'verified' });
      expect(ledger.state()).toMatchObject({
        charged: [{ ...STEPS, steps: 40 }],
        chargedEpsilon: epsilonOf(2),
      });
      const rows = fixture.database.prepare('SELECT * FROM privacy_ledger ORDER BY sequence').all();
      expect(rows.slice(0, kept.length)).toEqual(kept);
      // What refers to an intact charge of before still can.
      ledger.recordOutcome(last, 'late');
      expect(ledger.budget()?.epsilon).toBe(4);
      ledger.charge(CHARGE);
      expect(fixture.open().state()).toMatchObject({ charged: [{ ...STEPS, steps: 60 }] });
    },
  );

  it('changes no more once it is sealed', () => {
    const { ledger, fixture } = altered(DAMAGES.steps);
    ledger.recover('disk error');
    fixture.database.exec(`UPDATE privacy_ledger SET at = '2026-11-24T09:30:01.000Z' WHERE sequence = 1`);
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('ledger-broken');
    expect(fixture.open().health().kind).toBe('broken');
    expect(fixture.open().recovery().kind).toBe('charge-missing');
  });

  it('without the mark spends the largest budget that its intact entries name', () => {
    const { fixture } = altered(DAMAGES.budget);
    fixture.mirror.head = undefined;
    const ledger = fixture.open();
    expect(ledger.recovery()).toMatchObject({ kind: 'close-budget' });
    ledger.recover('key store lost too');
    const { budget, chargedEpsilon } = ledger.state();
    expect(budget?.epsilon).toBeGreaterThanOrEqual(1);
    expect(chargedEpsilon).toBeGreaterThanOrEqual(epsilonOf(2));
    expect(failureOf(() => ledger.charge(CHARGE)).code).toBe('budget-exhausted');
  });

  it('takes no figure from a changed entry, also where nothing else knows one', () => {
    const { fixture } = altered(DAMAGES['a dearer figure']);
    fixture.mirror.head = undefined;
    const ledger = fixture.open();
    expect(ledger.recovery()).toMatchObject({ kind: 'close-budget', epsilonAfter: 4 });
    ledger.recover('key store lost too');
    expect(ledger.chargedEpsilon()).toBe(4);
  });

  it('with another key is closed, since nothing in it can be told from a forgery', () => {
    const { fixture } = altered('SELECT 1');
    const ledger = fixture.open({ macKey: new Uint8Array(32).fill(8) });
    expect(ledger.recovery()).toMatchObject({ kind: 'close-budget', epsilonAfter: 4 });
    ledger.recover('new key store');
    expect(ledger.state()).toMatchObject({ chargedEpsilon: 4 });
    expect(ledger.health().kind).toBe('verified');
  });
});

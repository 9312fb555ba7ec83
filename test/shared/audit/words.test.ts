import { describe, expect, it } from 'vitest';
import { auditKind, auditWords } from '#shared/audit/words.ts';
import { PHRASES } from '#shared/audit/phrases.ts';
import { bankContract } from '#shared/contract/bank.ts';

const digest = 'ab'.repeat(32);

describe('an audit entry in words', () => {
  it('says what left, how, and which charge stands behind it', () => {
    const detail = JSON.stringify({
      updateId: 'upd_1',
      payloadHash: digest,
      byteLength: 4104,
      chargeSequence: 14,
      source: 'scope',
      scope: 2,
      restsOn: 'upd_0',
    });
    expect(auditWords('update.released', detail)).toEqual({
      kind: 'release',
      sentence:
        'upd_1 released under release scope 2, which rests on the review of upd_0: SHA-256 abababababab…, 4104 bytes, charge 14.',
    });
  });

  it('keeps reasons, and says of a refusal that nothing was done', () => {
    const detail = JSON.stringify({
      epsilon: 8,
      delta: 5e-7,
      unit: 'transaction',
      reason: 'The board agreed on 4 March.',
      code: 'invalid-input',
    });
    expect(auditWords('privacy.setBudget refused', detail).sentence).toBe(
      'Refused (invalid-input), nothing was done: Privacy budget set to ε 8 at δ 5e-7, unit: one transaction. Reason: The board agreed on 4 March.',
    );
  });

  it('names the two who signed, and what they changed', () => {
    const statement = (reviewer: string) => ({ statement: { reviewer } });
    const detail = JSON.stringify({
      reason: 'Fewer rounds',
      changes: [{ field: 'maximumEpsilonPerRound', from: 1, to: 2, loosens: true }],
      countersigned: [statement('Ada'), statement('Ben')],
    });
    expect(auditWords('policy.loosened', detail).sentence).toBe(
      'Floors loosened: maximumEpsilonPerRound from 1 to 2, countersigned by Ada and Ben. Reason: Fewer rounds.',
    );
  });

  it('has a phrase for every command of the contract', () => {
    const commands = Object.entries(bankContract).filter(([, { kind }]) => kind === 'command');
    expect(commands.length).toBeGreaterThan(20);
    expect(commands.map(([name]) => name).filter((name) => PHRASES[name] === undefined)).toEqual([]);
  });

  it.each(Object.keys(PHRASES))('does not fail where %s was written by another version', (action) => {
    for (const detail of ['{}', 'not JSON', '[]', '{"state":3,"scope":null}'])
      expect(auditWords(action, detail).sentence).toMatch(/^[^]{10,}[^.]\.$/);
  });

  it('files what it does not know under other, with the action as it was recorded', () => {
    expect(auditWords('moon.landed', '{}')).toEqual({ kind: 'other', sentence: 'moon.landed.' });
    expect(auditKind('policy.setLocal refused')).toBe('settings');
  });
});

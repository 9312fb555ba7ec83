import { describe, expect, test } from 'vitest';
import { unitWords } from '#shared/privacy/unit-words.ts';

const cases = (['transaction', 'account'] as const).flatMap((unit) =>
  (['own-windows', 'consortium-table'] as const).map((features) => ({ unit, features })),
);

describe('the words of the unit of privacy', () => {
  test.each(cases)('never promise a person: $unit, $features', (covered) => {
    const { unit, covers, notCovered } = unitWords(covered);
    expect(unit).toBe(covered.unit === 'account' ? 'one account' : 'one transaction’s row');
    expect(covers).toContain(unit);
    expect([unit, covers, ...notCovered].join(' ')).not.toMatch(/customer|your data|all your|anonym/i);
    expect(notCovered.length).toBeGreaterThan(0);
  });

  test.each(cases)('say that no ε is over updates without noise: $unit, $features', (covered) => {
    expect(unitWords(covered).notCovered.at(-1)).toMatch(/^Updates of runs without noise.*no ε bounds/);
  });

  test('own windows leave traces that no ε of the row covers', () => {
    const [traces] = unitWords({ unit: 'transaction', features: 'own-windows' }).notCovered;
    expect(traces).toMatch(/counts and averages of its account.*counts and fraud share of its counterparty/);
  });

  test('an account leaves traces at counterparties until the table replaces the windows', () => {
    const own = unitWords({ unit: 'account', features: 'own-windows' }).notCovered.join(' ');
    const table = unitWords({ unit: 'account', features: 'consortium-table' });
    expect(own).toMatch(/rows of other accounts/);
    expect(table.notCovered.join(' ')).not.toMatch(/other accounts/);
    expect(table.covers).toMatch(/^Everything/);
    expect(table.notCovered.join(' ')).toMatch(/several banks/);
  });
});

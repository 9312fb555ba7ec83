import { describe, expect, it } from 'vitest';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { isWithinReference, mechanismOf, reference, type ReferenceRow, relativeError } from './reference.ts';

function check(row: ReferenceRow): void {
  const label = JSON.stringify(row);
  const epsilon = epsilonByPld([mechanismOf(row)], row.delta);
  if (typeof row.eps_exact === 'number')
    expect(relativeError(epsilon, row.eps_exact), label).toBeLessThan(1e-8);
  else if (typeof row.eps_pld_fine === 'number')
    expect(isWithinReference(epsilon, row.eps_pld_fine), label).toBe(true);
  else if (typeof row.eps_pld === 'number' && row.eps_pld <= 60) {
    expect(relativeError(epsilon, row.eps_pld), label).toBeLessThan(1e-3);
  }
  if (epsilon <= 60) expect(epsilon, label).toBeLessThanOrEqual(row.eps_rdp_exact * (1 + 1e-9));
}

describe('privacy loss distributions', () => {
  it('agree with every row of the reference table and stay below Rényi accounting', () => {
    expect(reference.rows.filter((row) => typeof row.eps_pld_fine === 'number')).toHaveLength(295);
    reference.rows.forEach(check);
  });
});

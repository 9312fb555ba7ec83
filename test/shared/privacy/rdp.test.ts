import { describe, expect, it } from 'vitest';
import { logMoment } from '#shared/privacy/moments.ts';
import { epsilonByRdp, epsilonOfRdp, RDP_ORDERS, rdpAtOrder } from '#shared/privacy/rdp.ts';
import { accounting, mechanismOf, reference, relativeError } from './reference.ts';

describe('Rényi accounting', () => {
  it('has the divergence of 50-digit arithmetic at every order, whole or not', () => {
    for (const row of accounting.rdp) {
      const rdp = rdpAtOrder({ samplingRate: row.q, noiseMultiplier: row.sigma }, row.order);
      expect(relativeError(rdp, row.rdp_exact), JSON.stringify(row)).toBeLessThan(1e-10);
    }
  });

  it('converts to ε at the given orders', () => {
    for (const row of accounting.rdp_to_eps) {
      const step = { samplingRate: row.q, noiseMultiplier: row.sigma };
      const epsilons = row.integer_orders.map((a) =>
        epsilonOfRdp(row.steps * rdpAtOrder(step, a), a, row.delta),
      );
      expect(relativeError(Math.min(...epsilons), row.eps), JSON.stringify(row)).toBeLessThan(1e-9);
    }
  });

  it('gives the exact ε of every row of the reference table, and never more than the bound with dropped signs', () => {
    expect(RDP_ORDERS).toHaveLength(156);
    for (const row of reference.rows) {
      const epsilon = epsilonByRdp([mechanismOf(row)], row.delta);
      expect(relativeError(epsilon, row.eps_rdp_exact), JSON.stringify(row)).toBeLessThan(1e-9);
      expect(epsilon).toBeLessThanOrEqual(row.eps_rdp * (1 + 1e-9));
    }
  });

  it('composes unlike segments', () => {
    for (const ledger of [...reference.ledgers, ...accounting.ledgers]) {
      const epsilon = epsilonByRdp(ledger.segments, ledger.delta);
      expect(relativeError(epsilon, ledger.eps_rdp), ledger.name).toBeLessThan(1e-5);
    }
  });

  it('bounds the moments from above where noise is too small to integrate', () => {
    const step = { samplingRate: 0.3, noiseMultiplier: 0.1 };
    for (const order of [1.5, 2.5, -0.5, -3]) {
      const barelyLess = { ...step, noiseMultiplier: 0.1 - 1e-9 };
      expect(logMoment(barelyLess, order)).toBeGreaterThanOrEqual(logMoment(step, order));
    }
  });
});

/** The canary audit at the settings under which it is sharpest, whatever the charter's noise is (privacy.md section 4 D). */
import { epsilonByPld } from '#shared/privacy/pld.ts';
import type { Charter } from '#shared/round/charter.ts';
import {
  type AuditOutcome,
  type AuditPorts,
  type AuditTerms,
  auditedNoiseMultiplier,
  canaryAudit,
} from '../../learning/attacks/canary-audit.ts';
import type { Chance } from '../../learning/kernel/chance.ts';
import { clippedUnit } from '../../learning/recipes/training-terms.ts';
import type { AuditRuns } from './public-tests.ts';

/** ε 1.56 at δ 1e-5: with much more noise or much less an audit tells little. */
const SETTINGS = { noiseMultiplier: 2, samplingRate: 0.05, steps: 200, canaries: 1000, delta: 1e-5 } as const;

export interface AuditRunPorts extends Pick<AuditPorts, 'openEngine'> {
  /** A freshly keyed one for each run. */
  readonly chance: () => Chance;
}

type AuditedTerms = Pick<Charter, 'privacy' | 'recipe'>;

/** For charters with noise; both runs use made-up rows only. */
export async function runAudit(charter: AuditedTerms, ports: AuditRunPorts): Promise<AuditRuns> {
  const { samplingRate, steps, delta } = SETTINGS;
  const terms = termsOf(charter);
  return {
    audited: await canaryAudit(terms, { ...ports, chance: ports.chance() }),
    control: await runControl(charter, ports),
    claimed: epsilonByPld([{ noiseMultiplier: auditedNoiseMultiplier(terms), samplingRate, steps }], delta),
  };
}

/** The audit with the noise left out. */
export function runControl(charter: AuditedTerms, ports: AuditRunPorts): Promise<AuditOutcome> {
  return canaryAudit({ ...termsOf(charter), noiseMultiplier: 0 }, { ...ports, chance: ports.chance() });
}

function termsOf(charter: AuditedTerms): AuditTerms {
  const { clippingNorm, sampler } = charter.privacy;
  return { ...SETTINGS, unit: clippedUnit(charter), clippingNorm: clippingNorm ?? 1, sampler };
}

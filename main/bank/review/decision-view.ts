/** What is kept of a decision, for screens and for the printed record: how it was made, and where the audit records it. */
import type { ReviewDecision } from '#shared/round/review-view.ts';
import type { GatePorts } from './gate-ports.ts';
import type { HeldUpdate } from './store.ts';

/** null while the update waits. */
export function decisionView(
  ports: Pick<GatePorts, 'store' | 'scopes' | 'signatures'>,
  { updateId }: Pick<HeldUpdate, 'updateId'>,
): ReviewDecision | null {
  const decision = ports.store.decision(updateId);
  if (decision === undefined) return null;
  const release = ports.store.release(updateId);
  const number = release?.scopeNumber ?? null;
  return {
    kind: decision.kind,
    at: decision.decidedAt,
    source: release?.source ?? null,
    restsOn: number === null ? null : (ports.scopes.find(number)?.reviewUpdateId ?? null),
    audit: ports.signatures.decisionEntry(updateId) ?? null,
  };
}

/** What a decision writes, in the caller's transaction: release, approval, signatures, outbox, ledger, audit. Decides nothing. */
import { digestOf, signStatement } from '#main/wire/identity.ts';
import type { Canonical } from '#shared/canonical.ts';
import { FailureError } from '#shared/failure.ts';
import type { Digest, UpdateId } from '#shared/ids.ts';
import type { GivenSignature } from '../store/review-signatures.ts';
import type { ScopeRecord } from '../store/scopes.ts';
import { approvalOf, chargeSequences } from './approval.ts';
import { type GatePorts, utcNow } from './gate-ports.ts';
import type { HeldUpdate } from './store.ts';

export type ReleasedBy =
  /** A person's decision; in mode `two` with the signatures it stands on, verified by the caller. */
  | { readonly source: 'review'; readonly note: string; readonly given: readonly GivenSignature[] }
  /** The limits of a running scope, all of them kept to. */
  | { readonly source: 'scope'; readonly scope: ScopeRecord; readonly figures: Canonical };

/** The state goes from `released` to `sending`. Throws `digest-changed`, `ledger-broken`, `store-damaged`. */
export function writeRelease(ports: GatePorts, held: HeldUpdate, by: ReleasedBy): void {
  ports.requireSound();
  requireSameBytes(held, held.header.payloadHash);
  const given = by.source === 'review' ? by.given : [];
  const signers = given.map(({ signed }) => signed.statement.reviewerId);
  const approval = approvalOf(held.header, held.charge, signers);
  const { privateKey } = ports.identity();
  ports.signatures.clear(held.updateId);
  for (const one of given) ports.signatures.add(one);
  ports.store.addRelease(held.updateId, {
    approval,
    header: { header: held.header, signature: signStatement(privateKey, 'update', held.header) },
    source: by.source,
    scopeNumber: by.source === 'scope' ? by.scope.number : null,
  });
  const note = by.source === 'review' ? by.note : '';
  ports.store.decide(held.updateId, { kind: 'released', note, decidedAt: utcNow(ports.clock) });
  for (const sequence of chargeSequences(held.charge)) ports.ledger.recordOutcome(sequence, 'released');
  ports.participations.apply(held.roundId, { kind: 'release-committed' });
  ports.audit('update.released', { ...approval, ...restsOn(by) });
}

/** What the audit says the release rests on: the people, or the scope with the limits that were enforced. */
function restsOn(by: ReleasedBy): Readonly<Record<string, Canonical>> {
  if (by.source === 'review')
    return {
      source: by.source,
      scope: null,
      restsOn: null,
      signatures: by.given.map(({ signed: { statement, signature } }) => ({
        reviewer: statement.reviewer,
        scopeHash: statement.scopeHash,
        at: statement.at,
        signature,
      })),
    };
  const { scope, figures } = by;
  return {
    source: by.source,
    scope: scope.number,
    restsOn: scope.reviewUpdateId,
    limitsHash: digestOf({ ...scope.limits }),
    figures,
  };
}

/** The bytes have the digest that was seen and that they were held with; throws `digest-changed`. */
export function requireSameBytes(held: HeldUpdate, seen: Digest): void {
  const actual = digestOf(held.payload);
  if (actual === seen && actual === held.header.payloadHash && held.payload.length === held.header.byteLength)
    return;
  throw new FailureError('digest-changed', 'The stored update is not the one that was shown', {
    shown: seen,
    stored: actual,
  });
}

/** Discarded, for a training with more noise: as withheld for good, and the audit says what for. */
export function writeDiscarded(
  ports: GatePorts,
  held: HeldUpdate,
  {
    note,
    noiseMultiplier,
    agreed,
  }: { readonly note: string; readonly noiseMultiplier: number; readonly agreed: number },
): void {
  const { updateId, roundId } = held;
  dropSignatures(ports, updateId, 'the update was discarded');
  writeWithout(ports, held, { kind: 'withheld', note });
  ports.audit('update.discarded', { updateId, roundId, noiseMultiplier, agreedNoiseMultiplier: agreed });
}

/** What was signed about a waiting update is void, and the audit says whose and why. */
export function dropSignatures(ports: GatePorts, updateId: UpdateId, why: string): void {
  const dropped = ports.signatures.of(updateId).map(({ signed }) => signed.statement.reviewer);
  if (dropped.length === 0) return;
  ports.signatures.clear(updateId);
  ports.audit('review.signatures-dropped', { updateId, reviewers: dropped, why });
}

/** A held update that will never leave: the decision and the ledger's outcome; what was signed about it is void. */
export function writeWithout(
  ports: GatePorts,
  held: HeldUpdate,
  decision: { readonly kind: 'withheld' | 'late'; readonly note: string },
): void {
  ports.signatures.clear(held.updateId);
  ports.store.decide(held.updateId, { ...decision, decidedAt: utcNow(ports.clock) });
  for (const sequence of chargeSequences(held.charge)) ports.ledger.recordOutcome(sequence, decision.kind);
  ports.audit(`update.${decision.kind}`, { updateId: held.updateId, roundId: held.roundId });
}

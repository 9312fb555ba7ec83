/** Checks the whole store, part by part, and says of each what was found and what to do. Changes nothing. */
import type { AuditHealth, StoreCheck } from '#shared/contract/bank-audit.ts';
import { NEXT_STEPS } from '#shared/failure.ts';
import type { LedgerHealth } from '#shared/privacy/ledger-view.ts';
import { decodeRow, type LedgerEntry } from '../privacy/entry.ts';
import { ledgerStore } from '../privacy/store.ts';
import { faultWords } from '../privacy/words.ts';
import type { Services } from '../services.ts';
import { openEvidence } from '../store/evidence.ts';
import { openSignatureStore } from '../store/review-signatures.ts';
import { releaseFault } from './verify-releases.ts';
import { verifyRounds } from './verify-rounds.ts';

export function verifyStore(services: Services): readonly StoreCheck[] {
  services.soundness.verify();
  return [
    ledgerCheck(services.ledger.health()),
    auditCheck(services.audit.health()),
    roundsCheck(services),
    releasesCheck(services),
  ];
}

function ledgerCheck(health: LedgerHealth): StoreCheck {
  const part = 'Privacy ledger';
  const nextStep = NEXT_STEPS['ledger-broken'];
  switch (health.kind) {
    case 'verified':
      return {
        kind: 'verified',
        part,
        detail: `${entryCount(health.entries)}, every keyed hash, and the mirrored end`,
      };
    case 'broken':
    case 'rolled-back':
      return { kind: 'broken', part, detail: faultWords(health), nextStep };
  }
}

function auditCheck(health: AuditHealth): StoreCheck {
  const part = 'Audit';
  if (health.kind === 'verified')
    return {
      kind: 'verified',
      part,
      detail: `${entryCount(health.entries)}, every hash, and the end kept outside the store`,
    };
  const { atSequence, reason } = health;
  return {
    ...{ kind: 'broken', part, detail: `from entry ${String(atSequence)} on: ${reason}` },
    nextStep: NEXT_STEPS['store-damaged'],
  };
}

function roundsCheck({ roundsPorts, consortium }: Services): StoreCheck {
  const part = 'Published rounds';
  const joined = consortium.joined();
  const verdict = verifyRounds(
    roundsPorts.store,
    joined === undefined
      ? undefined
      : {
          id: joined.consortium.id,
          operatorKey: joined.operatorKey,
          hubKeys: consortium.hubKeys().map(({ hubKey }) => hubKey),
        },
  );
  if (verdict.kind === 'broken')
    return { kind: 'broken', part, detail: verdict.reason, nextStep: NEXT_STEPS['checkpoint-invalid'] };
  const detail = `rounds: ${String(verdict.rounds)}, runs: ${String(verdict.runs)}; every signature, every link, every model computed again`;
  return { kind: 'verified', part, detail };
}

function releasesCheck({ store, audit, key, roundsPorts }: Services): StoreCheck {
  const part = 'Releases';
  const evidence = openEvidence(store.database);
  const updates = evidence.updates();
  const bankKey = key.known()?.publicKey;
  const released = updates.filter(({ release }) => release !== null).length;
  const held = `${String(updates.length)} held updates, ${String(released)} released`;
  if (bankKey === undefined) return { kind: 'verified', part, detail: held };
  const signatures = openSignatureStore(store.database);
  const entries = ledgerStore(store.database)
    .rowsAfter(0)
    .flatMap((row) => decodeRow(row) ?? []);
  const fault = releaseFault({
    ...{ updates, bankKey, sealed: sealedUpTo(entries) },
    ledger: new Map(entries.map((entry) => [entry.sequence, entry] as const)),
    payload: (updateId) => evidence.payload(updateId),
    charter: (runId) => roundsPorts.store.run(runId)?.plan.plan.charter,
    signatures: (updateId) => signatures.of(updateId),
    audit: audit.chain(),
  });
  if (fault !== null) return { kind: 'broken', part, detail: fault, nextStep: NEXT_STEPS['store-damaged'] };
  const detail = `${held}: bytes, approvals, signatures, and behind each that has noise an earlier charge of its own`;
  return { kind: 'verified', part, detail };
}

/** The number before the newest recovery that sealed what it found; 0 where none did. */
function sealedUpTo(entries: readonly LedgerEntry[]): number {
  const seal = entries.findLast(({ fact }) => fact.kind === 'recovered' && fact.sealed !== null);
  return seal === undefined ? 0 : seal.sequence - 1;
}

function entryCount(count: number): string {
  return count === 1 ? '1 entry' : `${String(count)} entries`;
}

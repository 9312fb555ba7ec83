/** Where a pack of this bank is gathered from: its open store and what it knows of itself and the consortium. */
import { ledgerStore } from '../privacy/store.ts';
import type { Services } from '../services.ts';
import { openEvidence } from '../store/evidence.ts';
import { openSignatureStore } from '../store/review-signatures.ts';
import type { PackSources } from './collect.ts';
import type { PackConsortium } from './format.ts';

/** Throws `not-set-up` before the bank has a name and a key. */
export function packSources(services: Services): PackSources {
  const { store, preferences, key, audit, options, consortium, roundsPorts } = services;
  const { database } = store;
  return {
    rounds: roundsPorts.store,
    evidence: openEvidence(database),
    signatures: openSignatureStore(database),
    ledger: ledgerStore(database).rowsAfter(0),
    audit: audit.chain(),
    bank: {
      name: preferences.requireProfile().bankName,
      bankId: consortium.joined()?.bankId ?? null,
      publicKey: key.required().publicKey,
    },
    consortium: packConsortium(services),
    madeBy: `Parley ${options.version}`,
  };
}

function packConsortium({ consortium, roundsPorts }: Services): PackConsortium | null {
  const joined = consortium.joined();
  if (joined === undefined) return null;
  const { operatorKey } = joined;
  const { id, name } = joined.consortium;
  return { id, name, operatorKey, hubKeys: consortium.hubKeys(), roster: roundsPorts.store.roster() };
}

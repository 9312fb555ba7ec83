import { describe, expect, it } from 'vitest';
import { ledgerMacKey, secretsMirror } from '#main/bank/privacy/ledger-secrets.ts';
import type { Secrets } from '#main/platform/ports.ts';
import { seededRandom } from '../../../fakes/random.ts';
import { BUDGET, CHARGE, ledgerFixture } from './ledger-fixture.ts';

function memorySecrets(): Secrets & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    protection: 'file-mode-only',
    read: (name) => kept.get(name),
    write: (name, value) => {
      kept.set(name, value);
    },
  };
}

describe('key and head in the key store', () => {
  it('make the key once', () => {
    const secrets = memorySecrets();
    const random = seededRandom('ledger');
    const key = ledgerMacKey(secrets, random);
    expect(key).toHaveLength(32);
    expect(ledgerMacKey(secrets, random)).toEqual(key);
  });

  it('follow the ledger and find it again', () => {
    const secrets = memorySecrets();
    const { open } = ledgerFixture();
    // The fixture's own ledger mirrored the empty head elsewhere; this store begins here.
    const ledger = open({ mirror: secretsMirror(secrets) });
    expect(secretsMirror(secrets).readMirroredHead()).toMatchObject({ sequence: 0 });
    ledger.setBudget(BUDGET);
    ledger.charge(CHARGE);
    expect(secretsMirror(secrets).readMirroredHead()).toMatchObject(ledger.head());
    expect(open({ mirror: secretsMirror(secrets) }).health()).toMatchObject({ kind: 'verified', entries: 2 });
  });

  it.each(['{"sequence":-1}', 'not JSON', ''])('do not pass over a damaged head: %j', (kept) => {
    const secrets = memorySecrets();
    secrets.write('ledger-head', new TextEncoder().encode(kept));
    const { open } = ledgerFixture();
    const ledger = open({ mirror: secretsMirror(secrets) });
    expect(ledger.health()).toMatchObject({ kind: 'rolled-back', witness: 'none' });
    expect(secrets.kept.get('ledger-head')).toEqual(new TextEncoder().encode(kept));
  });
});

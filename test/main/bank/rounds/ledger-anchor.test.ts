import { describe, expect, it } from 'vitest';
import { createLedgerAnchor } from '#main/bank/rounds/ledger-anchor.ts';
import { keyPairFromSeed, signStatement } from '#main/wire/identity.ts';
import { SignedLedgerHead } from '#shared/contract/federation.ts';
import { Digest } from '#shared/ids.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { BUDGET, CHARGE, ledgerFixture } from '../privacy/ledger-fixture.ts';
import { BANK, codeOf } from '../review/gate-fixture.ts';

const keys = keyPairFromSeed(new Uint8Array(32).fill(9));
const others = keyPairFromSeed(new Uint8Array(32).fill(10));

function signed(hash: string, by = keys): SignedLedgerHead {
  const statement = { bankId: BANK, head: Digest.parse(hash) };
  return { statement, signature: signStatement(by.privateKey, 'ledger-head', statement) };
}

/** A hub that keeps heads as the real one does. */
function fixture(held?: SignedLedgerHead) {
  const { ledger } = ledgerFixture();
  ledger.setBudget(BUDGET);
  const older: string[] = [];
  const hub = { held, calls: 0, answer: (now: SignedLedgerHead) => now };
  const anchor = createLedgerAnchor({
    ledger,
    log: recordingLog(),
    identity: () => ({ bankId: BANK, privateKey: keys.privateKey, publicKey: keys.publicKey }),
    hub: async () => ({
      anchorLedger: async ({ anchored, replaces }) => {
        hub.calls++;
        const kept = hub.held;
        const isExpected = kept === undefined || kept.statement.head === replaces;
        const next = isExpected ? SignedLedgerHead.parse(anchored) : kept;
        hub.held = next;
        return hub.answer(next);
      },
    }),
    onOlder: (head) => older.push(head),
    requireSound: () => {
      const { kind } = ledger.health();
      if (kind !== 'verified') throw new Error(`the ledger is ${kind}`);
    },
  });
  return { ledger, hub, anchor, older };
}

describe('the ledger head at the hub', () => {
  it('is renewed before each release, once for each head', async () => {
    const { anchor, hub, ledger } = fixture();
    await anchor.beforeSending();
    await anchor.beforeSending();
    expect(hub).toMatchObject({ calls: 1, held: signed(ledger.head().hash) });
    ledger.charge(CHARGE);
    await anchor.beforeSending();
    expect(hub).toMatchObject({ calls: 2, held: signed(ledger.head().hash) });
  });

  it('of an earlier entry is replaced after a restart, when the bank does not know yet what the hub holds', async () => {
    const { anchor, hub, ledger } = fixture();
    hub.held = signed(ledger.head().hash);
    ledger.charge(CHARGE);
    await anchor.beforeSending();
    expect(hub).toMatchObject({ calls: 2, held: signed(ledger.head().hash) });
  });

  it('that is not in the ledger blocks it and is not replaced', async () => {
    const newer = signed('a'.repeat(64));
    const { anchor, hub, ledger, older } = fixture(newer);
    await expect(anchor.beforeSending()).rejects.toThrow('the ledger is rolled-back');
    expect(hub.held).toEqual(newer);
    expect(older).toEqual(['a'.repeat(64)]);
    expect(await codeOf(() => ledger.charge(CHARGE))).toBe('ledger-broken');
  });

  it('in a pull blocks as well', () => {
    const { anchor, ledger } = fixture();
    anchor.noted(null);
    anchor.noted(signed(ledger.head().hash));
    expect(ledger.health().kind).toBe('verified');
    anchor.noted(signed('b'.repeat(64)));
    expect(ledger.health()).toMatchObject({ kind: 'rolled-back', witness: 'hub' });
  });

  it('that this bank never signed blocks nothing: a hub can only repeat', async () => {
    const { anchor, hub, ledger } = fixture();
    anchor.noted(signed('c'.repeat(64), others));
    expect(ledger.health().kind).toBe('verified');
    hub.answer = () => signed('c'.repeat(64), others);
    await expect(anchor.beforeSending()).rejects.toMatchObject({ code: 'signature-invalid' });
    expect(ledger.health().kind).toBe('verified');
  });

  it('that the hub keeps although the bank names it ends as busy', async () => {
    const { anchor, hub, ledger } = fixture();
    const first = signed(ledger.head().hash);
    ledger.charge(CHARGE);
    hub.answer = () => first;
    await expect(anchor.beforeSending()).rejects.toMatchObject({ code: 'busy' });
  });
});

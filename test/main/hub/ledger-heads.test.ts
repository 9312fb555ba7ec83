import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLedgerHeads, type LedgerHeads } from '#main/hub/ledger-heads.ts';
import type { BankRecord } from '#main/hub/store/members.ts';
import { type HubStore, openHubStore } from '#main/hub/store/store.ts';
import { keyPairFromSeed, signStatement } from '#main/wire/identity.ts';
import type { SignedLedgerHead } from '#shared/contract/federation.ts';
import { BankId, Digest, idFromBytes } from '#shared/ids.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { recordingLog } from '../../fakes/log.ts';
import { seededRandom } from '../../fakes/random.ts';
import { temporaryFolder } from '../../fakes/test-hub.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: HubStore;
let heads: LedgerHeads;

const keyOf = (number: number) => keyPairFromSeed(new Uint8Array(32).fill(number));

function bank(number: number): BankRecord {
  const bankId = BankId.parse(idFromBytes('bnk', BankId, seededRandom(`bank ${String(number)}`).bytes(26)));
  const { publicKey } = keyOf(number);
  return {
    ...{ bankId, publicKey, name: `Bank ${String(number)}`, status: 'member' },
    ...{ operatorSignature: null, lastSeenAt: null },
  };
}

const [AHORN, BIRKE] = [bank(1), bank(2)];
const head = (digit: string): Digest => Digest.parse(digit.repeat(64));

function signed(of: BankRecord, digit: string, by = of === AHORN ? 1 : 2): SignedLedgerHead {
  const statement = { bankId: of.bankId, head: head(digit) };
  return { statement, signature: signStatement(keyOf(by).privateKey, 'ledger-head', statement) };
}

function open(): void {
  store = openHubStore({ home: folder.path, clock: fakeClock(), log: recordingLog() });
  heads = createLedgerHeads(store);
}

beforeEach(() => {
  folder = temporaryFolder();
  open();
  for (const one of [AHORN, BIRKE]) store.members.addBank(one);
});
afterEach(() => {
  store.close();
  folder.remove();
});

it('a head is on the disk when it is answered, and a restarted hub still has it', async () => {
  const first = signed(AHORN, 'a');
  expect(await heads.anchor(AHORN, { anchored: first, replaces: null })).toEqual(first);
  store.close();
  open();
  expect(store.ledgerHeads.of(AHORN.bankId)).toEqual(first);
  expect(store.ledgerHeads.of(BIRKE.bankId)).toBeUndefined();
});

it('a head replaces only the one that the bank names; else the one that is held is answered', async () => {
  const [first, second, third] = [signed(AHORN, 'a'), signed(AHORN, 'b'), signed(AHORN, 'c')];
  await heads.anchor(AHORN, { anchored: first, replaces: null });
  expect(await heads.anchor(AHORN, { anchored: second, replaces: null })).toEqual(first);
  expect(await heads.anchor(AHORN, { anchored: second, replaces: head('a') })).toEqual(second);
  // An old copy that names what was there in its day.
  expect(await heads.anchor(AHORN, { anchored: third, replaces: head('a') })).toEqual(second);
  expect(await heads.anchor(AHORN, { anchored: second, replaces: null })).toEqual(second);
  expect(store.ledgerHeads.of(AHORN.bankId)).toEqual(second);
});

it('a hub that lost its heads takes the next one', async () => {
  const late = signed(AHORN, 'd');
  expect(await heads.anchor(AHORN, { anchored: late, replaces: head('c') })).toEqual(late);
});

it('heads that arrive in one turn are kept together, also two of one bank', async () => {
  let flushes = 0;
  heads = createLedgerHeads({
    ledgerHeads: store.ledgerHeads,
    transaction: (change) => {
      flushes++;
      return store.transaction(change);
    },
  });
  const [a, b, next] = [signed(AHORN, 'a'), signed(BIRKE, 'b'), signed(AHORN, 'c')];
  const kept = await Promise.all([
    heads.anchor(AHORN, { anchored: a, replaces: null }),
    heads.anchor(BIRKE, { anchored: b, replaces: null }),
    heads.anchor(AHORN, { anchored: next, replaces: head('a') }),
  ]);
  expect(kept).toEqual([a, b, next]);
  expect(flushes).toBe(1);
  expect(store.ledgerHeads.of(AHORN.bankId)).toEqual(next);
});

it('a head of another bank, or by another key, is refused', async () => {
  await expect(heads.anchor(AHORN, { anchored: signed(BIRKE, 'a'), replaces: null })).rejects.toMatchObject({
    code: 'signature-invalid',
  });
  await expect(
    heads.anchor(AHORN, { anchored: signed(AHORN, 'a', 2), replaces: null }),
  ).rejects.toMatchObject({ code: 'signature-invalid' });
  expect(store.ledgerHeads.of(AHORN.bankId)).toBeUndefined();
});

/** The contract over a real bank: the home country is what a person stated, and every change is in the audit. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hostOptions } from '#main/bank/cli/host-options.ts';
import { createBank } from '#main/bank/create.ts';
import { bankContract } from '#shared/contract/bank.ts';
import { createClient } from '#shared/contract/client.ts';
import { codeOf } from '../review/gate-fixture.ts';

// Every store is a process of its own in life; here they share one, and with it its exit listeners.
process.setMaxListeners(100);

async function openBank() {
  const home = mkdtempSync(path.join(tmpdir(), 'parley-country-'));
  const place = { entryDirectory: path.resolve('main/entry'), pageDirectory: home, version: '0.0.0' };
  const bank = await createBank(
    hostOptions({ home, port: undefined }, { ...place, stderr: () => undefined }),
  );
  onTestFinished(async () => {
    await bank.close();
    rmSync(home, { recursive: true, force: true });
  });
  const client = createClient(bankContract, {
    request: (method, input) => bank.answer(method, input, undefined),
  });
  const stated = async () => (await client['app.state']({})).bank?.homeCountry;
  return { bank, client, stated };
}

const NAMES = { bankName: 'Nord', analyst: 'A. Kvist' } as const;

it('is stated with the names or later, changed and taken back, each time with an entry', async () => {
  const { client, stated } = await openBank();
  await client['app.setUp']({ ...NAMES, homeCountry: 'DE' });
  expect(await stated()).toBe('DE');
  await client['app.setUp'](NAMES);
  expect(await stated()).toBe('DE');
  await client['app.setHomeCountry']({ homeCountry: 'PL' });
  expect(await stated()).toBe('PL');
  await client['app.setHomeCountry']({ homeCountry: null });
  expect(await stated()).toBeNull();
  const { entries } = await client['audit.list']({ limit: 1000 });
  expect(entries.map(({ sentence }) => sentence)).toEqual([
    'First set-up: bank "Nord", analyst "A. Kvist", home country DE.',
    'First set-up: bank "Nord", analyst "A. Kvist".',
    'Home country stated: PL.',
    'Home country taken back: no payment counts as foreign.',
  ]);
});

it('is not stated unless somebody does', async () => {
  const { client, stated } = await openBank();
  expect(await codeOf(() => client['app.setHomeCountry']({ homeCountry: 'DE' }))).toBe('not-set-up');
  await client['app.setUp'](NAMES);
  expect(await stated()).toBeNull();
});

it.each(['Germany', 'DEU', 'de', 'UK', 'ZZ', ''])(
  'is no %j: refused with what would be right',
  async (code) => {
    const { bank, client, stated } = await openBank();
    await client['app.setUp'](NAMES);
    for (const answer of [
      await bank.answer('app.setHomeCountry', { homeCountry: code }, undefined),
      await bank.answer('app.setUp', { ...NAMES, homeCountry: code }, undefined),
    ])
      expect(answer).toMatchObject({
        kind: 'failure',
        failure: {
          code: 'invalid-input',
          message: 'homeCountry: is no two-letter country code of ISO 3166, such as DE, FR or GB',
        },
      });
    expect(await stated()).toBeNull();
  },
);

/** The contract over a real bank: the home country is what a person stated, and every change is in the audit. */
import { expect, it } from 'vitest';
import { codeOf } from '../review/gate-fixture.ts';
import { openBank } from './open-bank.ts';

async function openStating() {
  const opened = await openBank();
  const stated = async () => (await opened.client['app.state']({})).bank?.homeCountry;
  return { ...opened, stated };
}

const NAMES = { bankName: 'Nord', analyst: 'A. Kvist' } as const;

it('is stated with the names or later, changed and taken back, each time with an entry', async () => {
  const { client, stated } = await openStating();
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
  const { client, stated } = await openStating();
  expect(await codeOf(() => client['app.setHomeCountry']({ homeCountry: 'DE' }))).toBe('not-set-up');
  await client['app.setUp'](NAMES);
  expect(await stated()).toBeNull();
});

it.each(['Germany', 'DEU', 'de', 'UK', 'ZZ', ''])(
  'is no %j: refused with what would be right',
  async (code) => {
    const { bank, client, stated } = await openStating();
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

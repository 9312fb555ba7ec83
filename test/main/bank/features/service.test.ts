import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsortiumId } from '#shared/ids.ts';
import { presetCharter } from '#shared/round/presets.ts';
import type { Charter } from '#shared/round/charter.ts';
import { createFeatureService, type FeatureService } from '#main/bank/features/service.ts';
import { realClock } from '#main/platform/clock.ts';
import { openHomeCountry } from '#main/bank/store/home-country.ts';
import type { Workers } from '#main/platform/ports.ts';
import { recordingLog } from '../../../fakes/log.ts';
import { createTestBank, inlineWorkers, realWorkers, type TestBank } from '../data/bank-store.ts';

const EXTRACT = fileURLToPath(new URL('../../../data/handbook-extract.csv.gz', import.meta.url));

const charter: Charter = presetCharter({
  consortium: { id: ConsortiumId.parse(`con_${'0'.repeat(26)}`), name: 'Four banks' },
  title: 'Test',
  features: 'card-v1',
  split: {
    trainFrom: '2018-05-09',
    trainUntil: '2018-08-01',
    labelsKnownBy: '2018-08-08',
    testFrom: '2018-08-08',
    testUntil: '2018-09-05',
  },
  recipe: 'few-rounds',
  noiseMultiplier: 1.5,
});

let bank: TestBank;
let services: FeatureService[];
beforeEach(() => {
  bank = createTestBank();
  services = [];
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.close()));
  await bank.remove();
});

function serviceOver(workers: Workers, onChange = (): void => undefined): FeatureService {
  const service = createFeatureService({
    store: bank.store,
    workers,
    clock: realClock,
    log: recordingLog(),
    onChange,
  });
  services.push(service);
  return service;
}

describe('the feature service', () => {
  it('computes what a charter needs and opens its rows, in a thread of its own', async () => {
    const service = serviceOver(realWorkers);
    await bank.import(EXTRACT);
    const { train, test } = await service.open(charter);
    expect([train.rows, train.width, train.x.length]).toEqual([14_919, 21, 14_919 * 21]);
    expect(train.y.reduce((sum, label) => sum + label, 0)).toBe(194);
    expect(train.x.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(test.rows).toBeGreaterThan(4000);
    expect(service.state()).toEqual({ kind: 'ready', preset: 'card-v1', rows: 32_439 });
  });

  it('tells its state as it goes, and that new data made it old', async () => {
    const states = new Set<string>();
    const service = serviceOver(inlineWorkers, () => states.add(service.state().kind));
    expect(service.state()).toEqual({ kind: 'none' });
    await bank.import(EXTRACT);
    const before = service.version();
    const homeCountry = openHomeCountry(bank.store.database);
    homeCountry.state('FR');
    expect(service.version()).not.toBe(before);
    homeCountry.state(null);
    expect(service.version()).toBe(before);
    await Promise.all([service.compute('card-v1'), service.compute('card-v1')]);
    expect([...states]).toContain('computing');
    expect(service.state()).toMatchObject({ kind: 'ready' });
    await bank.import(
      bank.write(
        'more.csv',
        'transaction_id,tx_datetime,customer_id,tx_amount\nnew,2019-01-01T00:00:00Z,7,5.00\n',
      ),
    );
    expect(service.version()).not.toBe(before);
    expect(service.state()).toEqual({ kind: 'none' });
  });

  it('numbers accounts once and for all; their ids stay in the store', async () => {
    const service = serviceOver(inlineWorkers);
    const head = 'transaction_id,tx_datetime,customer_id,tx_amount\n';
    const line = (id: number, day: string, customer: string): string =>
      `${String(id)},${day}T10:00:00Z,${customer},${String(id)}.00\n`;
    const first = ['ACME-771', 'ACME-772', 'ACME-771', 'ACME-773', 'ACME-772'];
    const rows = first.map((customer, n) => line(n, `2018-06-0${String(n + 1)}`, customer));
    await bank.import(bank.write('first.csv', head + rows.join('') + line(90, '2018-10-01', 'ACME-774')));
    const before = (await service.open(charter)).train;
    const [a, b, again, c] = before.accountIndex;
    expect(new Set([a, b, c]).size).toBe(3);
    expect(again).toBe(a);
    await bank.import(bank.write('second.csv', head + line(91, '2018-06-20', 'ACME-773')));
    const { train } = await service.open(charter);
    expect([...train.accountIndex]).toEqual([...before.accountIndex, c]);
    const blocks = readdirSync(bank.folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.block'),
    );
    expect(blocks.length).toBeGreaterThan(0);
    for (const file of blocks)
      expect(readFileSync(path.join(bank.folder, file)).includes('ACME')).toBe(false);
  });

  it('refuses to compute two presets at once, and shows a failure until the next try', async () => {
    const service = serviceOver(inlineWorkers);
    await expect(service.open(charter)).rejects.toMatchObject({ code: 'data-missing' });
    expect(service.state()).toMatchObject({ kind: 'failed', failure: { code: 'data-missing' } });
    await bank.import(EXTRACT);
    const first = service.compute('card-v1');
    await expect(service.compute('card-v2')).rejects.toMatchObject({ code: 'busy' });
    await first;
    expect(service.state()).toMatchObject({ kind: 'ready' });
  });
});

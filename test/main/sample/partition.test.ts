import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { partitionFile } from '#main/sample/partition.ts';

const DATA = `transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_fraud,tx_fraud_scenario
0,2018-04-01T00:00:31Z,11,7,57.16,0,0
1,2018-04-01T00:02:10Z,12,8,81.51,1,2
2,2018-04-01T00:07:56Z,13,7,146.00,0,0
`;
const CUSTOMERS = 'customer_id,halves,thirds\n11,1,0\n12,0,1\n13,1,2\n';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-partition-'));
  writeFileSync(join(directory, 'data.csv.gz'), gzipSync(DATA));
  writeFileSync(join(directory, 'data.csv'), DATA);
  writeFileSync(join(directory, 'customers.csv'), CUSTOMERS);
  writeFileSync(join(directory, 'terminals.csv'), 'terminal_id,two\n7,0\n8,1\n');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function split(partition: string, column: string, data = 'data.csv.gz') {
  return partitionFile({
    dataFile: join(directory, data),
    partitionFile: join(directory, partition),
    column,
    directory: join(directory, 'banks'),
  });
}

test('each bank gets its customers’ rows in their order, and never the scenario', async () => {
  const banks = await split('customers.csv', 'halves');
  expect(banks.map(({ name, rows, frauds }) => ({ name, rows, frauds }))).toEqual([
    { name: 'halves bank 0', rows: 1, frauds: 1 },
    { name: 'halves bank 1', rows: 2, frauds: 0 },
  ]);
  expect(readFileSync(banks[1]?.file ?? '', 'utf8')).toBe(
    'transaction_id,tx_datetime,customer_id,terminal_id,tx_amount,tx_fraud\n' +
      '0,2018-04-01T00:00:31Z,11,7,57.16,0\n2,2018-04-01T00:07:56Z,13,7,146.00,0\n',
  );
});

test('splits by terminals where the partition names terminals, also from a plain file', async () => {
  const banks = await split('terminals.csv', 'two', 'data.csv');
  expect(banks.map(({ rows }) => rows)).toEqual([2, 1]);
});

test('names what is missing', async () => {
  await expect(split('customers.csv', 'quarters')).rejects.toMatchObject({ code: 'columns-missing' });
  await expect(split('nothing.csv', 'halves')).rejects.toMatchObject({ code: 'file-not-readable' });
  await expect(split('customers.csv', 'halves', 'nothing.csv')).rejects.toMatchObject({
    code: 'file-not-readable',
  });
  await expect(split('customers.csv', 'halves', 'nothing.csv.gz')).rejects.toMatchObject({
    code: 'file-not-readable',
  });
  writeFileSync(join(directory, 'few.csv'), 'customer_id,halves\n11,1\n');
  await expect(split('few.csv', 'halves')).rejects.toMatchObject({ code: 'invalid-input' });
});

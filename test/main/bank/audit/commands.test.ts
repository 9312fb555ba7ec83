import { expect, it } from 'vitest';
import { z } from 'zod';
import { auditCommands } from '#main/bank/audit/commands.ts';
import type { AuditDetail, Audit } from '#main/bank/audit/record.ts';
import { command } from '#shared/contract/define.ts';

const contract = { 'data.startImport': command(z.unknown(), z.object({})) } as const;

function audited(input: unknown): Promise<AuditDetail | undefined> {
  let kept: AuditDetail | undefined;
  const audit: Pick<Audit, 'person' | 'anchor'> = {
    person: (_, detail) => {
      kept = detail;
    },
    anchor: () => undefined,
  };
  const handlers = auditCommands(contract, { 'data.startImport': () => ({}) }, audit);
  return Promise.resolve(handlers['data.startImport'](input, undefined)).then(() => kept);
}

it('keeps no passphrase at any depth, and no note', async () => {
  const countersigned = [{ reviewerId: 'rvw_1', passphrase: 'staple under the mat' }];
  expect(await audited({ reason: 'agreed', note: 'between us', countersigned })).toEqual({
    reason: 'agreed',
    countersigned: [{ reviewerId: 'rvw_1' }],
  });
});

it.each(['/home/ada/clients/june.csv', String.raw`C:\Users\Ada\june.csv`, 'june.csv'])(
  'keeps of the file %s its name alone, since a pack shows the audit',
  async (source) => {
    expect(await audited({ source })).toEqual({ source: 'june.csv' });
  },
);

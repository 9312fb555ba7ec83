/** The banks' files: a small share of the sample's accounts, and the planted records among them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bankFile } from '#main/sample/generator/bank.ts';
import { type Canary, canaryLine } from './records.ts';

/** Accounts of each bank that are kept: those whose number ends so, a tenth of them. */
const KEPT_ACCOUNT = /-A\d{3}7$/;
const ACCOUNT_FIELD = 3;

export function writeBankFiles(
  directory: string,
  { banks, canaries }: { readonly banks: number; readonly canaries: readonly Canary[] },
): readonly string[] {
  mkdirSync(directory, { recursive: true });
  return Array.from({ length: banks }, (_, bank) => {
    const file = path.join(directory, `bank-${String(bank)}.csv`);
    const [header = '', ...lines] = bankFile(1, bank);
    const kept = lines.filter((line) => KEPT_ACCOUNT.test(line.split(',')[ACCOUNT_FIELD] ?? ''));
    const like = kept[0] ?? '';
    const planted = canaries
      .filter((canary) => canary.bank === bank)
      .map((one) => `${canaryLine(one, like)}\n`);
    writeFileSync(file, [header, ...kept, ...planted].join(''));
    return file;
  });
}

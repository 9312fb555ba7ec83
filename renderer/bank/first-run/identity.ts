/** What the first step says of the bank, from what was typed. Pure. */
import { type bankContract } from '#shared/contract/bank.ts';
import { type z } from 'zod';

export interface TypedIdentity {
  readonly bankName: string;
  readonly analyst: string;
  /** null where it was left empty. */
  readonly homeCountry: string | null;
}

/** null while a name is missing. A home country that was left empty is not stated. */
export function setUpOf({ bankName, analyst, homeCountry }: TypedIdentity): SetUp | null {
  if (bankName.trim() === '' || analyst.trim() === '') return null;
  const names = { bankName: bankName.trim(), analyst: analyst.trim() };
  return homeCountry === null ? names : { ...names, homeCountry };
}

type SetUp = z.infer<(typeof bankContract)['app.setUp']['input']>;

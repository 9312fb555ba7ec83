/** Every named way of forging a pack. */
import type { Mutation } from './forge.ts';
import { auditMutations } from './of-the-audit.ts';
import { consortiumMutations } from './of-the-consortium.ts';
import { fileMutations } from './of-the-file.ts';
import { ledgerMutations } from './of-the-ledger.ts';
import { releaseMutations } from './of-the-releases.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...fileMutations,
  ...consortiumMutations,
  ...ledgerMutations,
  ...releaseMutations,
  ...auditMutations,
];

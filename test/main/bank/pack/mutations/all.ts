/** Every named way of forging a pack. */
import type { Mutation } from './forge.ts';
import { coverUpMutations } from './of-cover-ups.ts';
import { agreementMutations } from './of-the-agreed.ts';
import { auditMutations } from './of-the-audit.ts';
import { consortiumMutations } from './of-the-consortium.ts';
import { fileMutations } from './of-the-file.ts';
import { ledgerMutations } from './of-the-ledger.ts';
import { releaseMutations } from './of-the-releases.ts';
import { retrainingMutations } from './of-the-retraining.ts';

/** By what they change. */
export const MUTATION_GROUPS: Readonly<Record<string, readonly Mutation[]>> = {
  'the file itself': fileMutations,
  'keys, plans and published rounds': consortiumMutations,
  'the ledger': ledgerMutations,
  'releases, reviews and scopes': releaseMutations,
  'a round trained for twice': retrainingMutations,
  'the audit': auditMutations,
  'what people agreed to': agreementMutations,
  'what was spent or sent, hidden': coverUpMutations,
};

export const MUTATIONS: readonly Mutation[] = Object.values(MUTATION_GROUPS).flat();

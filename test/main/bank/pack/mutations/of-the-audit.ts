/** Mutations of the audit, by the bank itself. */
import { canonicalJson } from '#shared/canonical.ts';
import { fieldsOf, found, type Mutation, type OpenPack, rewrite } from './forge.ts';

const entryOf = ({ audit }: OpenPack, action: string) =>
  found(audit.find((entry) => entry.action === action));
const without = (pack: OpenPack, action: string): void => {
  pack.audit.splice(pack.audit.indexOf(entryOf(pack, action)), 1);
};
const signedByTwo = ({ updates }: OpenPack) =>
  found(updates.find(({ release }) => release?.reviews.length === 2));

export const auditMutations: readonly Mutation[] = [
  {
    name: 'an audit entry names another person',
    of: 'content',
    change: ({ pack }) => {
      entryOf(pack, 'review.release').actor = 'Mallory';
    },
    reason: /^audit entry \d+: it was changed, or does not follow$/,
  },
  {
    name: 'an audit entry is taken out',
    of: 'content',
    change: ({ pack }) => {
      without(pack, 'rounds.train');
    },
    reason: /^audit entry \d+: entry \d+ stands in its place$/,
  },
  {
    name: 'the audit of a release is taken out and the rest chained anew',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      without(pack, 'update.released');
    },
    reason: /^upd_\w+: the audit does not say that it was released$/,
  },
  {
    name: 'the audit has a release that the pack does not have',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      const entry = entryOf(pack, 'update.released');
      const detail = canonicalJson({ ...fieldsOf(entry.detail ?? '{}'), updateId: 'upd_another' });
      pack.audit.push({ ...entry, detail });
    },
    reason: /^the audit has released updates that the pack does not have$/,
  },
  {
    name: 'the audit tells of another cost',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      rewrite(entryOf(pack, 'update.released'), 'detail', { chargeSequence: 99 });
    },
    reason: /^upd_\w+: the audit tells its release otherwise$/,
  },
  {
    name: 'the text of an audit entry is left out',
    of: 'content',
    change: ({ pack }) => {
      entryOf(pack, 'policy.setLocal').detail = null;
    },
    reason: /^audit entry \d+: its text was left out$/,
  },
  {
    name: "another bank's audit is put in",
    of: 'content',
    change: ({ pack, neighbour }) => {
      pack.audit = neighbour.audit;
    },
    reason: /^the audit has released updates that the pack does not have$/,
  },
  {
    name: 'two reviewers had to sign, and no signature is left anywhere',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      const update = signedByTwo(pack);
      const release = found(update.release ?? undefined);
      release.reviews = [];
      release.approval.signers = [];
      const { updateId } = update.header;
      const entry = found(
        pack.audit.find(({ action, detail }) => action === 'update.released' && detail?.includes(updateId)),
      );
      rewrite(entry, 'detail', { signers: [], signatures: [] });
    },
    reason: /^upd_\w+: two reviewers had to sign it$/,
  },
  {
    name: 'a reviewer signs with a key that was never entered',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      without(pack, 'reviewers.added');
    },
    reason: /Ada is no reviewer that the audit knows$/,
  },
  {
    name: 'what the reviewers countersigned is another change',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      const back = found(
        pack.audit.find(
          ({ action, detail }) => action === 'reviewers.mode-changed' && detail?.includes('"to":"one"'),
        ),
      );
      rewrite(back, 'detail', { reason: 'The board wished so' });
    },
    reason: /^audit entry \d+: Ada countersigned another change$/,
  },
  {
    name: 'a change that two had to countersign stands alone',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      const back = found(
        pack.audit.find(
          ({ action, detail }) => action === 'reviewers.mode-changed' && detail?.includes('"to":"one"'),
        ),
      );
      rewrite(back, 'detail', { countersigned: [] });
    },
    reason: /^audit entry \d+: two reviewers had to countersign it$/,
  },
];

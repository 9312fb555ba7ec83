/** Mutations of what people agreed to: the scopes that they signed, and what the audit says of scopes, reviewers and changes. */
import { digestOf, type KeyPair, signStatement } from '#main/wire/identity.ts';
import { ReviewStatement } from '#shared/round/reviewer-view.ts';
import { fieldsOf, found, type Mutation, type OpenPack, rewrite } from './forge.ts';

type Update = OpenPack['updates'][number];
type Review = NonNullable<Update['release']>['reviews'][number];

const signedByTwo = ({ updates }: OpenPack): Update =>
  found(updates.find(({ release }) => release?.reviews.length === 2));
const reviewsOf = (pack: OpenPack): readonly Review[] =>
  found(signedByTwo(pack).release ?? undefined).reviews;
const entryOf = ({ audit }: OpenPack, action: string, text: string) =>
  found(audit.find((entry) => entry.action === action && entry.detail?.includes(text)));

/** The review as if this key had signed it, for this scope and update. */
function signedAnew(
  { signed, note }: Review,
  { header }: Update,
  by: { readonly key: KeyPair; readonly scope: Review['scope'] },
): Review {
  const { updateId, payloadHash } = header;
  const statement = { ...signed.statement, updateId, payloadHash, scopeHash: digestOf({ ...by.scope }) };
  const signature = signStatement(by.key.privateKey, 'review', ReviewStatement.parse(statement));
  return { scope: by.scope, note, signed: { statement, publicKey: by.key.publicKey, signature } };
}

export const agreementMutations: readonly Mutation[] = [
  {
    name: 'the second reviewer signs for more rounds than the first',
    of: 'content',
    change: ({ pack, stranger }) => {
      const update = signedByTwo(pack);
      const [ada, ben] = reviewsOf(pack);
      const scope = { kind: 'rounds', following: 100, limits: found(pack.scopes[0]).limits } as const;
      found(update.release ?? undefined).reviews = [
        found(ada),
        signedAnew(found(ben), update, { key: stranger, scope }),
      ];
    },
    reason: /^upd_\w+: its reviewers signed for different scopes$/,
  },
  {
    name: 'a scope rests on reviewers who signed for one round',
    of: 'content',
    change: ({ pack, stranger }) => {
      const update = found(pack.updates[1]);
      const ada = found(reviewsOf(pack)[0]);
      const review = signedAnew(ada, update, { key: stranger, scope: { kind: 'this-round' } });
      const release = found(update.release ?? undefined);
      release.reviews = [review];
      release.approval.signers = [review.signed.statement.reviewerId];
    },
    reason: /^scope 1: Ada signed for other rounds or limits$/,
  },
  {
    name: 'a scope allows more rounds than it was opened for',
    of: 'content',
    change: ({ pack }) => {
      found(pack.scopes[0]).rounds = 500;
    },
    reason: /^scope 1: the audit tells its opening otherwise$/,
  },
  {
    name: 'a figure of a released round is nicer than it was',
    of: 'content',
    change: ({ pack }) => {
      found(pack.scopes[0]?.covered[0]).figures.epsilon = 0;
    },
    reason: /^upd_\w+: the audit tells its release otherwise$/,
  },
  {
    name: 'a round stands twice in a scope',
    of: 'content',
    change: ({ pack }) => {
      const { covered } = found(pack.scopes[0]);
      covered.push({ ...found(covered[0]), sent: false });
    },
    reason: /^scope 1: rnd_\w+ stands twice in it$/,
  },
  {
    name: 'the state of a scope says more than it may',
    of: 'content',
    change: ({ pack }) => {
      Object.assign(found(pack.scopes[0]).state, { remark: 'nothing odd' });
    },
    reason: /^pack\.pack\.scopes\[0\]\.state: the field "remark" is unknown$/,
  },
  {
    name: 'the standing policy of a scope was never switched on',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      const isSwitch = ({ action }: { readonly action: string }) =>
        action === 'policy.standing-on' || action === 'policy.setStanding';
      pack.audit = pack.audit.filter((entry) => !isSwitch(entry));
    },
    reason: /^audit entry \d+: no standing policy with its limits was switched on$/,
  },
  {
    name: 'a release is told twice',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      pack.audit.push({ ...entryOf(pack, 'update.released', '') });
    },
    reason: /^audit entry 58: upd_\w+ was decided before$/,
  },
  {
    name: 'what Parley records is put in another name, so that no rule seems to hold for it',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      entryOf(pack, 'reviewers.mode-changed', '"to":"two"').actor = 'parley';
    },
    reason: /^audit entry 25: what Parley records is recorded by parley$/,
  },
  {
    name: 'a change that two countersigned once is used again',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      const two = { ...entryOf(pack, 'reviewers.mode-changed', '"to":"two"') };
      const one = { ...entryOf(pack, 'reviewers.mode-changed', '"to":"one"') };
      pack.audit.push(two, one);
    },
    reason: /^audit entry 59: Ada countersigned this once, not twice$/,
  },
  {
    name: 'a reviewer signs by another name than was entered',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      rewrite(entryOf(pack, 'reviewers.added', '"Ben"'), 'detail', { name: 'Bea' });
    },
    reason: /Ben is no reviewer that the audit knows$/,
  },
  {
    name: 'a third reviewer is entered by nobody while two have to sign',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack, stranger }) => {
      const ben = entryOf(pack, 'reviewers.added', '"Ben"');
      const third = { ...ben };
      const { reviewerId } = fieldsOf(ben.detail ?? '{}');
      rewrite(third, 'detail', {
        name: 'Eve',
        publicKey: stranger.publicKey,
        reviewerId: reviewerId ?? null,
      });
      pack.audit.splice(25, 0, third);
    },
    reason: /^audit entry 26: two reviewers had to countersign it$/,
  },
];

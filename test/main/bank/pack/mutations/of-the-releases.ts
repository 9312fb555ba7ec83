/** Mutations of held updates, releases, reviewers' signatures and scopes. */
import { signStatement } from '#main/wire/identity.ts';
import { UpdateHeader } from '#shared/contract/federation.ts';
import { found, type Mutation, type OpenPack, otherDigest } from './forge.ts';

type Update = OpenPack['updates'][number];

const releaseOf = ({ updates }: OpenPack, index = 0) => found(updates[index]?.release ?? undefined);
const decidedAs = ({ updates }: OpenPack, kind: string): Update =>
  found(updates.find(({ decision }) => decision?.kind === kind));
const signedByTwo = ({ updates }: OpenPack): Update =>
  found(updates.find(({ release }) => release?.reviews.length === 2));
const underScope = ({ updates }: OpenPack): Update =>
  found(updates.find(({ release }) => release?.source === 'scope'));

/** Other bytes for the first update, wherever its digest stands outside the log. */
function otherBytes(pack: OpenPack): void {
  const update = found(pack.updates[0]);
  update.header.payloadHash = otherDigest(update.header.payloadHash);
  releaseOf(pack).approval.payloadHash = update.header.payloadHash;
}

export const releaseMutations: readonly Mutation[] = [
  {
    name: 'a released update is taken out',
    of: 'content',
    change: ({ pack }) => void pack.updates.shift(),
    reason: /round 1: the hub published an update of this bank that the pack does not have$/,
  },
  {
    name: 'a withheld update is taken out',
    of: 'content',
    change: ({ pack }) => {
      const withheld = decidedAs(pack, 'withheld');
      pack.updates = pack.updates.filter((one) => one !== withheld);
    },
    reason: /^charge \d+ was withheld, and its update is not in the pack$/,
  },
  {
    name: 'an update stands twice',
    of: 'content',
    change: ({ pack }) => void pack.updates.push(found(pack.updates[0])),
    reason: /^upd_\w+ stands twice in the pack$/,
  },
  {
    name: "another bank's updates are put in",
    of: 'content',
    change: ({ pack, neighbour }) => {
      pack.updates = neighbour.updates;
    },
    reason: /^upd_\w+: it is of another bank or consortium$/,
  },
  {
    name: 'two updates rest on one charge',
    of: 'content',
    change: ({ pack }) => {
      const [first, second] = pack.updates.slice(-2);
      found(second).charge = found(first).charge;
    },
    reason: /^upd_\w+: charge \d+ stands behind another update already$/,
  },
  {
    name: 'an update has no charge',
    of: 'content',
    change: ({ pack }) => {
      found(pack.updates[0]).charge = null;
    },
    reason: /^upd_\w+: it was not charged as the charter plans/,
  },
  {
    name: 'a score histogram has no charge',
    of: 'content',
    change: ({ pack }) => {
      const paid = found(pack.updates.find(({ charge }) => (charge?.evaluation ?? null) !== null));
      found(paid.charge ?? undefined).evaluation = null;
    },
    reason: /^upd_\w+: its score histogram was not charged as the charter plans$/,
  },
  {
    name: 'the ε of an update is another than the ledger says',
    of: 'content',
    change: ({ pack }) => {
      const charge = found(pack.updates[0]?.charge ?? undefined);
      charge.epsilonAfter = charge.epsilonBefore;
    },
    reason: /^upd_\w+: its ε 0 is not that of the ledger$/,
  },
  {
    name: 'an update is of another round of the run',
    of: 'content',
    change: ({ pack }) => {
      found(pack.updates[0]).index = 1;
    },
    reason: /^upd_\w+: the log has its round in another place$/,
  },
  {
    name: 'an update started from another model',
    of: 'content',
    change: ({ pack }) => {
      const { header } = decidedAs(pack, 'late');
      header.baseHash = otherDigest(header.baseHash);
    },
    reason: /^upd_\w+: it starts from another model than the published one$/,
  },
  {
    name: 'an update names another charter',
    of: 'content',
    change: ({ pack }) => {
      const { header } = decidedAs(pack, 'late');
      header.charterHash = otherDigest(header.charterHash);
    },
    reason: /^upd_\w+: it names another charter$/,
  },
  {
    name: 'a release becomes a withheld update',
    of: 'content',
    change: ({ pack }) => {
      found(pack.updates[0]?.decision ?? undefined).kind = 'withheld';
    },
    reason: /^upd_\w+: the ledger says that charge 2 was released$/,
  },
  {
    name: 'a withheld update is said to be undecided',
    of: 'content',
    change: ({ pack }) => {
      decidedAs(pack, 'withheld').decision = null;
    },
    reason: /^upd_\w+: the ledger says that charge \d+ was withheld$/,
  },
  {
    name: 'a release is taken off its decision',
    of: 'content',
    change: ({ pack }) => {
      found(pack.updates[0]).release = null;
    },
    reason: /^upd_\w+: its decision and its release contradict each other$/,
  },
  {
    name: 'the bytes are others than those approved',
    of: 'content',
    change: ({ pack }) => {
      const { header } = found(pack.updates[0]);
      header.payloadHash = otherDigest(header.payloadHash);
    },
    reason: /^upd_\w+: its approval names another payloadHash$/,
  },
  {
    name: 'the approval names another cost',
    of: 'content',
    change: ({ pack }) => {
      found(releaseOf(pack).approval.cost ?? undefined).noiseMultiplier = 8;
    },
    reason: /^upd_\w+: its approval names another cost$/,
  },
  {
    name: 'bytes and approval are others than those signed',
    of: 'content',
    change: ({ pack }) => {
      otherBytes(pack);
    },
    reason: /^upd_\w+: the release is not signed by the bank$/,
  },
  {
    name: 'bytes, approval and signature are others than those sent',
    of: 'content',
    change: ({ pack, key }) => {
      otherBytes(pack);
      const header = UpdateHeader.parse(found(pack.updates[0]).header);
      releaseOf(pack).signature = signStatement(key.privateKey, 'update', header);
    },
    reason: /^upd_\w+: its receipt is for another update$/,
  },
  {
    name: 'the same without the receipt',
    of: 'content',
    change: ({ pack, key }) => {
      otherBytes(pack);
      const header = UpdateHeader.parse(found(pack.updates[0]).header);
      releaseOf(pack).signature = signStatement(key.privateKey, 'update', header);
      releaseOf(pack).receipt = null;
    },
    reason: /the hub published an update of this bank that the pack does not have$/,
  },
  {
    name: 'a receipt is signed by a stranger',
    of: 'content',
    change: ({ pack }) => {
      const receipt = found(releaseOf(pack).receipt ?? undefined);
      receipt.hubSignature = found(releaseOf(pack, 1).receipt ?? undefined).hubSignature;
    },
    reason: /^upd_\w+: its receipt is not signed by the hub$/,
  },
  {
    name: "a reviewer's signature is taken out",
    of: 'content',
    change: ({ pack }) => void found(signedByTwo(pack).release ?? undefined).reviews.pop(),
    reason: /^upd_\w+: its approval names another signers$/,
  },
  {
    name: "a reviewer's signature is another's",
    of: 'content',
    change: ({ pack }) => {
      const [ada, ben] = found(signedByTwo(pack).release ?? undefined).reviews;
      found(ada).signed.signature = found(ben).signed.signature;
    },
    reason: /^upd_\w+: the signature of Ada does not verify$/,
  },
  {
    name: 'one reviewer signs for two',
    of: 'content',
    change: ({ pack }) => {
      const release = found(signedByTwo(pack).release ?? undefined);
      const ada = found(release.reviews[0]);
      release.reviews = [ada, ada];
      release.approval.signers = [ada, ada].map(({ signed }) => signed.statement.reviewerId);
    },
    reason: /^upd_\w+: one reviewer signed twice$/,
  },
  {
    name: 'the reviewers signed for a longer scope',
    of: 'content',
    change: ({ pack }) => {
      const [ada] = found(signedByTwo(pack).release ?? undefined).reviews;
      found(ada).scope = { kind: 'rounds', following: 100, limits: found(pack.scopes[0]).limits };
    },
    reason: /^upd_\w+: Ada signed another scope$/,
  },
  {
    name: 'a scope is taken out',
    of: 'content',
    change: ({ pack }) => void pack.scopes.shift(),
    reason: /^upd_\w+: no scope of the pack released it$/,
  },
  {
    name: 'a scope stands twice',
    of: 'content',
    change: ({ pack }) => void pack.scopes.push(found(pack.scopes[0])),
    reason: /^scope 1 stands twice in the pack$/,
  },
  {
    name: 'a scope set nothing aside',
    of: 'content',
    change: ({ pack }) => {
      found(pack.scopes[0]).hold = null;
    },
    reason: /^scope 1: the ledger has no hold for it$/,
  },
  {
    name: 'a scope rests on another review',
    of: 'content',
    change: ({ pack }) => {
      found(pack.scopes[0]).reviewUpdateId = decidedAs(pack, 'withheld').header.updateId;
    },
    reason: /^scope 1: the review that it rests on is not in the pack$/,
  },
  {
    name: 'a scope rests on a release without a review',
    of: 'content',
    change: ({ pack }) => {
      found(pack.scopes[0]).reviewUpdateId = underScope(pack).header.updateId;
    },
    reason: /^scope 1: it rests on no review by hand$/,
  },
  {
    name: 'a scope allows fewer rounds than it released',
    of: 'content',
    change: ({ pack }) => {
      found(pack.scopes[0]).rounds = 1;
    },
    reason: /^scope 1: it released more rounds than it allows$/,
  },
  {
    name: 'a figure of a released round was outside its limit',
    of: 'content',
    change: ({ pack }) => {
      found(pack.scopes[0]?.covered[0]).figures.noiseRatio = 0.5;
    },
    reason: /^scope 1: round 3 was released outside its limits$/,
  },
  {
    name: 'a released round is struck from its scope',
    of: 'content',
    change: ({ pack }) => {
      found(pack.scopes[0]?.covered[0]).sent = false;
    },
    reason: /^upd_\w+: no scope of the pack released it$/,
  },
  {
    name: 'the limits of a scope are loosened afterwards',
    of: 'content',
    change: ({ pack }) => {
      found(pack.scopes[0]).limits.maximumNoiseRatio = 100;
    },
    reason: /^upd_\w+: the audit tells its release otherwise$/,
  },
];

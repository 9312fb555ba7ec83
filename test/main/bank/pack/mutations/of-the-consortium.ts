/** Mutations of what others signed: keys, roster, plans, memberships, published rounds. */
import { signStatement } from '#main/wire/identity.ts';
import { CheckpointEntry } from '#shared/contract/federation.ts';
import { found, type Mutation, type OpenPack, otherDigest } from './forge.ts';

const consortium = ({ consortium: known }: OpenPack) => found(known ?? undefined);
const firstLog = ({ runs }: OpenPack) => found(runs[0]).log;

export const consortiumMutations: readonly Mutation[] = [
  {
    name: "the operator's key is another",
    of: 'content',
    change: ({ pack, stranger }) => {
      consortium(pack).operatorKey = stranger.publicKey;
    },
    reason: /^hub key .* not signed by the operator$/,
  },
  {
    name: "the hub's key is another",
    of: 'content',
    change: ({ pack, stranger }) => {
      found(consortium(pack).hubKeys[0]).hubKey = stranger.publicKey;
    },
    reason: /^hub key .* not signed by the operator$/,
  },
  {
    name: "a member's key is another",
    of: 'content',
    change: ({ pack, stranger }) => {
      found(consortium(pack).roster.at(-1)).entry.publicKey = stranger.publicKey;
    },
    reason: /^roster: bnk_\w+ is not signed by the operator$/,
  },
  {
    name: 'a member is listed twice',
    of: 'content',
    change: ({ pack }) => {
      const { roster } = consortium(pack);
      roster.push(found(roster[0]));
    },
    reason: /^roster: .* is listed twice$/,
  },
  {
    name: 'a member is of another consortium',
    of: 'content',
    change: ({ pack }) => {
      const { entry } = found(consortium(pack).roster[0]);
      entry.consortiumId = `${entry.consortiumId.slice(0, -1)}${entry.consortiumId.endsWith('0') ? '1' : '0'}`;
    },
    reason: /^roster: .* is of another consortium$/,
  },
  {
    name: 'this bank is taken out of the roster',
    of: 'content',
    change: ({ pack }) => {
      const known = consortium(pack);
      known.roster = known.roster.filter(({ entry }) => entry.bankId !== pack.bank.bankId);
    },
    reason: /key of this bank is not the one in the roster/,
  },
  {
    name: 'the consortium is taken out',
    of: 'content',
    change: ({ pack }) => {
      pack.consortium = null;
    },
    reason: /^runs or updates without a consortium$/,
  },
  {
    name: 'the charter asks for less noise',
    of: 'content',
    change: ({ pack }) => {
      found(pack.runs[0]).plan.plan.charter.privacy.noiseMultiplier = 0.4;
    },
    reason: /the plan is not signed by the operator$/,
  },
  {
    name: 'the members of two runs are exchanged',
    of: 'content',
    change: ({ pack }) => {
      const [first, second] = [found(pack.runs[0]), found(pack.runs[1])];
      [first.members, second.members] = [second.members, first.members];
    },
    reason: /a membership is for another charter$/,
  },
  {
    name: 'a run is taken out',
    of: 'content',
    change: ({ pack }) => void pack.runs.shift(),
    reason: /^upd_\w+: its run is not in the pack$/,
  },
  {
    name: 'a run stands twice',
    of: 'content',
    change: ({ pack }) => void pack.runs.push(found(pack.runs[0])),
    reason: /^run run_\w+ stands twice in the pack$/,
  },
  {
    name: 'a member weighs more',
    of: 'content',
    change: ({ pack }) => {
      found(pack.runs[0]?.members[0]).membership.tier *= 2;
    },
    reason: /the membership of .* is not signed by it$/,
  },
  {
    name: 'a member is taken out',
    of: 'content',
    change: ({ pack }) => void found(pack.runs[0]).members.shift(),
    reason: /is counted with another weight than it signed$/,
  },
  {
    name: 'a member counter-signed twice',
    of: 'content',
    change: ({ pack }) => {
      const { members } = found(pack.runs[0]);
      members.push(found(members[0]));
    },
    reason: /is a member twice$/,
  },
  {
    name: 'a published round is taken out',
    of: 'content',
    change: ({ pack }) => void firstLog(pack).splice(2, 1),
    reason: /round 3: the log has entry 3 in its place$/,
  },
  {
    name: 'a published round is taken out and the rest numbered anew',
    of: 'content',
    change: ({ pack }) => {
      const log = firstLog(pack);
      log.splice(2, 1);
      for (const [index, { entry }] of log.entries()) entry.index = index;
    },
    reason: /round 3: it does not follow from the one before$/,
  },
  {
    name: 'the newest published round is cut off',
    of: 'content',
    change: ({ pack }) => void firstLog(pack).pop(),
    reason: /^upd_\w+: its round was never reached$/,
  },
  {
    name: 'a published model is another',
    of: 'content',
    change: ({ pack }) => {
      const { entry } = found(firstLog(pack).at(-1));
      entry.checkpointHash = otherDigest(entry.checkpointHash);
    },
    reason: /round 6: not signed by the hub$/,
  },
  {
    name: 'a published round is signed by a stranger',
    of: 'content',
    change: ({ pack, stranger }) => {
      const signed = found(firstLog(pack)[0]);
      signed.hubSignature = signStatement(
        stranger.privateKey,
        'checkpoint',
        CheckpointEntry.parse(signed.entry),
      );
    },
    reason: /round 1: not signed by the hub$/,
  },
  {
    name: 'the log of one run is put into another',
    of: 'content',
    change: ({ pack }) => {
      found(pack.runs[0]).log = found(pack.runs[1]).log;
    },
    reason: /round 1: it does not follow from the one before$/,
  },
];

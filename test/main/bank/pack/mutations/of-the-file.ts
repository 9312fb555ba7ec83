/** Mutations of the file as such: its text, its closed shape, its digest and signature. */
import { found, type Mutation, otherDigest, signedBy } from './forge.ts';

export const fileMutations: readonly Mutation[] = [
  {
    name: 'the file is cut off',
    of: 'text',
    change: (text) => text.slice(0, -100),
    reason: /^the file is not JSON$/,
  },
  {
    name: 'a blank is put in',
    of: 'text',
    change: (text) => text.replace('{"', '{ "'),
    reason: /not canonical JSON/,
  },
  {
    name: 'a key stands twice',
    of: 'text',
    change: (text) => text.replace('"notes":"left-out"', '"notes":"included","notes":"left-out"'),
    reason: /not canonical JSON/,
  },
  {
    name: 'the digest is another',
    of: 'text',
    change: (text) =>
      text.replace(/"digest":"(\w+)"/, (_, digest: string) => `"digest":"${otherDigest(digest)}"`),
    reason: /^the digest is not that of the content$/,
  },
  {
    name: 'the name of the bank is changed on the disk',
    of: 'text',
    change: (text) => text.replace('"name":"Ahorn","publicKey"', '"name":"Aspen","publicKey"'),
    reason: /digest is not that/,
  },
  {
    name: 'a stranger signs',
    of: 'text',
    change: (_, { pack, stranger }) => signedBy(stranger, pack),
    reason: /^the pack is not signed by the bank$/,
  },
  {
    name: 'a stranger signs and puts the own key in',
    of: 'text',
    change: (_, { pack, stranger }) => {
      pack.bank.publicKey = stranger.publicKey;
      return signedBy(stranger, pack);
    },
    reason: /^the key of this bank is not the one in the roster$/,
  },
  {
    name: 'a field is added to the pack',
    of: 'content',
    change: ({ pack }) => void Object.assign(pack, { verified: true }),
    reason: /^pack\.pack: the field "verified" is unknown$/,
  },
  {
    name: 'a part is left out',
    of: 'content',
    change: ({ pack }) => void Reflect.deleteProperty(pack, 'audit'),
    reason: /^pack\.pack: the field "audit" is missing$/,
  },
  {
    name: 'another format is claimed',
    of: 'content',
    change: ({ pack }) => void Object.assign(pack, { format: 'parley/pack/2' }),
    reason: /^pack\.pack\.format: not a value/,
  },
  {
    name: 'a field is added deep inside',
    of: 'content',
    change: ({ pack }) =>
      void Object.assign(found(pack.updates[0]?.release ?? undefined).approval, { override: true }),
    reason: /approval: the field "override" is unknown$/,
  },
  {
    name: 'a number becomes a text',
    of: 'content',
    change: ({ pack }) => void Object.assign(found(pack.updates[0]), { index: '0' }),
    reason: /^pack\.pack\.updates\[0\]\.index: not a value/,
  },
  {
    name: 'a list becomes an object',
    of: 'content',
    change: ({ pack }) => void Object.assign(pack, { scopes: {} }),
    reason: /^pack\.pack\.scopes: not a list$/,
  },
  {
    name: 'the pack claims to be of one run',
    of: 'content',
    change: ({ pack }) => {
      pack.run = found(pack.runs[0]).plan.plan.runId;
    },
    reason: /^the pack holds other runs than it says$/,
  },
  {
    name: 'notes are put in that were left out',
    of: 'content',
    change: ({ pack }) => {
      found(pack.updates[0]?.decision ?? undefined).note = 'Nothing odd';
    },
    reason: /^notes are there/,
  },
  {
    name: 'left-out notes are said to be included',
    of: 'content',
    change: ({ pack }) => {
      pack.notes = 'included';
    },
    reason: /^notes are there although they were left out, or missing$/,
  },
];

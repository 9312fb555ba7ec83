/** Mutations by which a bank would hide what it spent or sent: idle steps, made-up recoveries, an id left out, other outcomes. */
import { digestOfRows } from '#main/bank/privacy/chain.ts';
import { canonicalJson, type Canonical } from '#shared/canonical.ts';
import { Digest } from '#shared/ids.ts';
import { fieldsOf, found, type Mutation, type OpenPack, otherDigest, rebuildLedger } from './forge.ts';

const BUDGET = { epsilon: 9, delta: 5e-7, unit: 'transaction' };
const IDLE = { samplingRate: 1e-9, noiseMultiplier: 1000, steps: 20_000 };
const COSTLY = { samplingRate: 0.05, noiseMultiplier: 4, steps: 500 };

function appended(pack: OpenPack, kind: string, body: Readonly<Record<string, Canonical>>): void {
  const last = found(pack.ledger.at(-1));
  pack.ledger.push({ ...last, kind, body: canonicalJson(body), mac: otherDigest(last.mac) });
}

function charged(pack: OpenPack, mechanism: Readonly<Record<string, number>>): void {
  const common = { ...{ unit: BUDGET.unit, delta: BUDGET.delta }, adjacency: 'add-remove', clippingNorm: 1 };
  appended(pack, 'charge', {
    ...{ ...common, mechanism, purpose: 'count', runId: null, roundId: null, hold: null },
    epsilonAfter: lastRecorded(pack),
  });
}

function lastRecorded({ ledger }: OpenPack): number {
  const figures = ledger.map(({ body }) => Number(fieldsOf(body)['epsilonAfter'] ?? 0));
  return Math.max(...figures);
}

function recovered(pack: OpenPack, fields: Readonly<Record<string, Canonical>>): void {
  appended(pack, 'recovered', {
    ...{ reason: 'The disk failed', fault: 'none', trail: '', budget: BUDGET, mechanisms: [], lost: 0 },
    ...{ earlier: 'stand', answersFor: [], sealed: null, epsilonAfter: lastRecorded(pack), ...fields },
  });
}

function sealOf(pack: OpenPack): Canonical {
  rebuildLedger(pack);
  const rows = pack.ledger.map(({ mac, previousMac, ...row }) => ({
    ...row,
    hash: Digest.parse(mac),
    previousHash: Digest.parse(previousMac),
  }));
  return { rows: rows.length, digest: digestOfRows(rows) };
}

/** The decision of an update in another word, in the pack and in the ledger. */
function renamed(pack: OpenPack, from: 'late', to: string): void {
  for (const row of pack.ledger) if (row.kind === from) row.kind = to;
}

export const coverUpMutations: readonly Mutation[] = [
  {
    name: 'costly steps are hidden behind a crowd of idle ones',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      charged(pack, IDLE);
      charged(pack, COSTLY);
    },
    reason: /^ledger entry 33: ε \S+ is less than its steps cost/,
  },
  {
    name: 'noise is less than none',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      charged(pack, { ...COSTLY, noiseMultiplier: -1 });
    },
    reason: /^ledger entry 32\.mechanism\.noiseMultiplier: not a value that the format allows$/,
  },
  {
    name: 'a recovery starts the counting again',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      recovered(pack, { earlier: 'included' });
    },
    reason: /^ledger entry 32: it counts less than the ε \S+ before it$/,
  },
  {
    name: 'a recovery seals a whole ledger and forgets what it says',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      recovered(pack, { earlier: 'included', epsilonAfter: 0, sealed: sealOf(pack) });
    },
    reason: /^the recovered ledger counts ε 0\.0000, and its updates cost at least/,
  },
  {
    name: 'the ledger was recovered without a word in the audit',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      recovered(pack, {});
    },
    reason: /^the ledger was recovered, and the audit does not say so$/,
  },
  {
    name: 'the bank leaves its id out, and all that it sent with it',
    of: 'content',
    change: ({ pack }) => {
      Object.assign(pack, { updates: [], scopes: [], ledger: [], audit: [] });
      pack.bank.bankId = null;
    },
    reason: /^the key of this bank is not the one in the roster$/,
  },
  {
    name: 'the name of the bank only looks the same',
    of: 'content',
    change: ({ pack }) => {
      pack.bank.name = 'Ah\u043Ern';
    },
    reason: /^the operator knows this bank as Ahorn$/,
  },
  {
    name: 'this bank joined no run',
    of: 'content',
    change: ({ pack }) => {
      found(pack.runs[0]).membership = 'none';
    },
    reason: /^upd_\w+: this bank says that it never joined its run$/,
  },
  {
    name: 'a withheld update is hidden as one that was not sent',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      const hidden = found(pack.updates.find(({ decision }) => decision?.kind === 'withheld'));
      const outcome = `{"charge":${String(hidden.charge?.sequence)}}`;
      pack.updates = pack.updates.filter((one) => one !== hidden);
      found(pack.ledger.find(({ kind, body }) => kind === 'withheld' && body === outcome)).kind = 'not-sent';
    },
    reason: /^the audit has withheld updates that the pack does not have$/,
  },
  {
    name: 'a late update is said to be withheld',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      const update = found(pack.updates.find(({ decision }) => decision?.kind === 'late'));
      found(update.decision ?? undefined).kind = 'withheld';
      renamed(pack, 'late', 'withheld');
    },
    reason: /^upd_\w+: the audit says that it was late$/,
  },
];

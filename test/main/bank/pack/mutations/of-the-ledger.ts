/** Mutations of the ledger, by the bank itself: the chain rebuilt, the whole signed anew, as a bank that lies would. */
import { z } from 'zod';
import { canonicalJson, type Canonical } from '#shared/canonical.ts';
import { Mechanism } from '#shared/privacy/mechanism.ts';
import { found, type Mutation, type OpenPack, otherDigest, rewrite } from './forge.ts';

type Row = OpenPack['ledger'][number];

const rowOf = ({ ledger }: OpenPack, kind: string, skipped = 0): Row =>
  found(ledger.filter((row) => row.kind === kind)[skipped]);
/** What the mutations look at in a charge. */
const chargeOf = (row: Row) =>
  z
    .object({ epsilonAfter: z.number().nullable(), hold: z.number().nullable(), mechanism: Mechanism })
    .parse(JSON.parse(row.body));
const isFree = (row: Row) => row.kind === 'charge' && chargeOf(row).hold === null;
const isHeld = (row: Row) => row.kind === 'charge' && chargeOf(row).hold !== null;
/** The charge with its own ε: not from a hold. */
const freeCharge = ({ ledger }: OpenPack, skipped = 0): Row => found(ledger.filter(isFree)[skipped]);
const heldCharge = ({ ledger }: OpenPack): Row => found(ledger.find(isHeld));

/** A row put in; the numbers of those after it change, and with them what refers to them: used at the end only. */
function added(pack: OpenPack, kind: string, body: Readonly<Record<string, Canonical>>): void {
  const last = found(pack.ledger.at(-1));
  pack.ledger.push({ ...last, kind, body: canonicalJson(body), mac: otherDigest(last.mac) });
}

export const ledgerMutations: readonly Mutation[] = [
  {
    name: 'a ledger entry is changed in place',
    of: 'content',
    change: ({ pack }) => {
      rewrite(freeCharge(pack), 'body', { epsilonAfter: 0.01 });
    },
    reason: /^ledger entry 2: it was changed, or does not follow$/,
  },
  {
    name: 'the keyed hash of a ledger entry is another',
    of: 'content',
    change: ({ pack }) => {
      const row = found(pack.ledger[4]);
      row.mac = otherDigest(row.mac);
    },
    reason: /^ledger entry 5: it was changed, or does not follow$/,
  },
  {
    name: 'a ledger entry is taken out',
    of: 'content',
    change: ({ pack }) => void pack.ledger.splice(3, 1),
    reason: /^ledger entry 4: entry 5 stands in its place$/,
  },
  {
    name: 'two ledger entries change places',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      const { ledger } = pack;
      ledger.splice(1, 2, found(ledger[2]), found(ledger[1]));
    },
    reason: /^ledger entry 2: there is no earlier charge 2$/,
  },
  {
    name: 'a charge is taken out and the rest numbered anew',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => void pack.ledger.splice(pack.ledger.indexOf(freeCharge(pack, 1)), 1),
    reason: /^ledger entry 4: there is no earlier charge 4$/,
  },
  {
    name: 'the newest entries are cut off',
    of: 'content',
    change: ({ pack }) => void pack.ledger.splice(-2),
    reason: /^upd_\w+: the ledger says that charge \d+ was not decided$/,
  },
  {
    name: 'the end of a hold is cut off',
    of: 'content',
    change: ({ pack }) => void pack.ledger.pop(),
    reason: /^scope 3: it is over, and its hold is still open$/,
  },
  {
    name: 'an older copy of the ledger is put in',
    of: 'content',
    change: ({ pack, earlier }) => {
      pack.ledger = earlier.ledger;
    },
    reason: /^upd_\w+: the ledger has no charge \d+ for it$/,
  },
  {
    name: "another bank's ledger is put in",
    of: 'content',
    change: ({ pack, neighbour }) => {
      pack.ledger = neighbour.ledger;
    },
    reason: /^upd_\w+: (charge \d+ has another|the ledger has no charge)/,
  },
  {
    name: 'a charge records less ε than its steps cost',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      const row = freeCharge(pack);
      rewrite(row, 'body', { epsilonAfter: (chargeOf(row).epsilonAfter ?? 0) * 0.9 });
    },
    reason: /^ledger entry 2: ε \S+ is less than its steps cost/,
  },
  {
    name: 'a charge records more ε than its steps can cost',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      rewrite(freeCharge(pack), 'body', { epsilonAfter: 3 });
    },
    reason: /^ledger entry 2: ε 3 is more than its steps can cost/,
  },
  {
    name: 'a charge is of fewer steps than the update says',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      const row = heldCharge(pack);
      const { mechanism } = chargeOf(row);
      rewrite(row, 'body', { mechanism: { ...mechanism, steps: mechanism.steps - 1 } });
    },
    reason: /^upd_\w+: charge 7 has another mechanism$/,
  },
  {
    name: 'ledger and update agree on fewer steps than the charter plans',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      const row = heldCharge(pack);
      const { mechanism } = chargeOf(row);
      const fewer = { ...mechanism, steps: mechanism.steps - 1 };
      rewrite(row, 'body', { mechanism: fewer });
      const update = found(pack.updates.find(({ charge }) => charge?.sequence === row.sequence));
      Object.assign(found(update.charge ?? undefined), { mechanism: fewer });
      Object.assign(found(update.release ?? undefined).approval, { cost: fewer });
    },
    reason: /^upd_\w+: it was not charged as the charter plans its round$/,
  },
  {
    name: 'a charge is for another round',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      rewrite(freeCharge(pack), 'body', { roundId: found(pack.updates[1]).header.roundId });
    },
    reason: /^upd_\w+: charge 2 has another roundId$/,
  },
  {
    name: 'a charge is at another δ',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      rewrite(freeCharge(pack), 'body', { delta: 1e-3 });
    },
    reason: /^ledger entry 2: charged in another unit of privacy or at another δ$/,
  },
  {
    name: 'a charge drops its ε',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      rewrite(freeCharge(pack), 'body', { epsilonAfter: null });
    },
    reason: /^ledger entry 2: a charge records its ε exactly when/,
  },
  {
    name: 'a later budget changes δ',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      added(pack, 'budget-set', { epsilon: 9, delta: 1e-3, unit: 'transaction', reason: 'more room' });
    },
    reason: /the unit of privacy or δ changed$/,
  },
  {
    name: 'a later budget is raised without a reason',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      added(pack, 'budget-set', { epsilon: 90, delta: 5e-7, unit: 'transaction', reason: null });
    },
    reason: /the budget was raised without a reason$/,
  },
  {
    name: 'the budget was lower than what was spent',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      rewrite(rowOf(pack, 'budget-set'), 'body', { epsilon: 0.3 });
    },
    reason: /^ledger entry 4: ε \S+ is above the budget of 0\.3$/,
  },
  {
    name: 'charges and holds together were above the budget',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      rewrite(rowOf(pack, 'budget-set'), 'body', { epsilon: 0.5 });
    },
    reason: /^ledger entry 6: charges and holds cost at least ε \S+, above the budget of 0\.5$/,
  },
  {
    name: 'the budget is taken out',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => void pack.ledger.shift(),
    reason: /^ledger entry 1: nothing can be spent before a budget is set$/,
  },
  {
    name: 'a hold is smaller than what was taken from it',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      rewrite(rowOf(pack, 'hold'), 'body', {
        mechanisms: [{ samplingRate: 0.05, noiseMultiplier: 4, steps: 1 }],
      });
    },
    reason: /^ledger entry 7: hold 6 does not cover it$/,
  },
  {
    name: 'a hold is returned twice',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      added(pack, 'hold-returned', { hold: 6 });
    },
    reason: /hold 6 is not open$/,
  },
  {
    name: 'a charge has two outcomes',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      added(pack, 'withheld', { charge: 2 });
    },
    reason: /charge 2 has an outcome already$/,
  },
  {
    name: 'an entry is of an unknown kind',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      added(pack, 'refund', { charge: 2 });
    },
    reason: /the kind "refund" is unknown$/,
  },
  {
    name: 'an entry has an unknown field',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      rewrite(rowOf(pack, 'released'), 'body', { refund: 1 });
    },
    reason: /^ledger entry 3: the field "refund" is unknown$/,
  },
  {
    name: 'the text of an entry is not canonical',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      const row = rowOf(pack, 'released');
      row.body = row.body.replace(':', ': ');
    },
    reason: /^ledger entry 3: its text is not canonical JSON$/,
  },
];

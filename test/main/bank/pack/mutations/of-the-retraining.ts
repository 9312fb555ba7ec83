/** Mutations of a round that was trained for twice: the first update discarded, the second with more noise. */
import { found, type Mutation, type OpenPack, rewrite } from './forge.ts';

type Update = OpenPack['updates'][number];

/** The one with more noise than planned, and the one that was discarded for it. */
function pairOf({ updates }: OpenPack): { readonly noisier: Update; readonly discarded: Update } {
  const rounds = updates.map(({ header }) => header.roundId);
  const second = rounds.findIndex((roundId, at) => rounds.indexOf(roundId) !== at);
  return {
    noisier: found(updates[second]),
    discarded: found(updates[rounds.indexOf(found(rounds[second]))]),
  };
}

const mechanismOf = (update: Update) => found(update.charge ?? undefined).mechanism;

function withNoise(update: Update, factor: number): void {
  mechanismOf(update).noiseMultiplier *= factor;
  const cost = update.release?.approval.cost;
  if (cost) cost.noiseMultiplier *= factor;
}

export const retrainingMutations: readonly Mutation[] = [
  {
    name: 'an update has less noise than the plan',
    of: 'content',
    change: ({ pack }) => {
      withNoise(found(pack.updates[0]), 0.99);
    },
    reason: /^upd_\w+: it was not charged as the charter plans its round$/,
  },
  {
    name: 'a training with more noise has less than the plan',
    of: 'content',
    change: ({ pack }) => {
      withNoise(pairOf(pack).noisier, 0.6);
    },
    reason: /^upd_\w+: it was not charged as the charter plans its round$/,
  },
  {
    name: 'a training with more noise is of fewer steps',
    of: 'content',
    change: ({ pack }) => {
      mechanismOf(pairOf(pack).noisier).steps -= 1;
    },
    reason: /^upd_\w+: it was not charged as the charter plans its round$/,
  },
  {
    name: 'a training with more noise claims more than was charged',
    of: 'content',
    change: ({ pack }) => {
      withNoise(pairOf(pack).noisier, 1.2);
    },
    reason: /^upd_\w+: charge \d+ has another mechanism$/,
  },
  {
    name: 'an update has more noise than the plan, and none was discarded for it',
    of: 'content',
    change: ({ pack }) => {
      withNoise(found(pack.updates[0]), 1.5);
    },
    reason: /^upd_\w+: it has more noise than planned, and nothing was discarded for it$/,
  },
  {
    name: 'a scope released more noise than the plan',
    of: 'content',
    change: ({ pack }) => {
      withNoise(found(pack.updates.find(({ release }) => release?.source === 'scope')), 1.5);
    },
    reason: /^upd_\w+: it was not charged as the charter plans its round$/,
  },
  {
    name: 'a discarded update is said to have left',
    of: 'content',
    change: ({ pack }) => {
      const { noisier, discarded } = pairOf(pack);
      discarded.release = noisier.release;
      discarded.decision = noisier.decision;
    },
    reason: /^two updates were released in rnd_\w+$/,
  },
  {
    name: 'a discarded update gives its charge back',
    of: 'content',
    rebuilt: 'ledger',
    change: ({ pack }) => {
      const { sequence } = found(pairOf(pack).discarded.charge ?? undefined);
      const outcome = found(
        pack.ledger.find(
          ({ kind, body }) => kind === 'withheld' && body.includes(`"charge":${String(sequence)}`),
        ),
      );
      rewrite(outcome, 'body', { charge: sequence - 2 });
    },
    reason: /^ledger entry \d+: /,
  },
  {
    name: 'the audit does not say that an update was discarded',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      found(pack.audit.find(({ action }) => action === 'update.discarded')).action = 'app.started';
    },
    reason: /^upd_\w+: the audit does not say that its noise was asked for$/,
  },
  {
    name: 'the audit says that other noise was asked for',
    of: 'content',
    rebuilt: 'audit',
    change: ({ pack }) => {
      const entry = found(pack.audit.find(({ action }) => action === 'update.discarded'));
      rewrite(entry, 'detail', { noiseMultiplier: 5 });
    },
    reason: /^upd_\w+: the audit does not say that its noise was asked for$/,
  },
  {
    name: 'a discarded update is taken out',
    of: 'content',
    change: ({ pack }) => {
      const { discarded } = pairOf(pack);
      pack.updates = pack.updates.filter((one) => one !== discarded);
    },
    reason: /^upd_\w+: it has more noise than planned, and nothing was discarded for it$/,
  },
];

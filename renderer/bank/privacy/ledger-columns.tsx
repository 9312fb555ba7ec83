/** The ledger's columns: on the screen what a reader compares, in the file every field. */
import { type ReactNode } from 'react';
import { type LedgerEntryView } from '#shared/privacy/ledger-view.ts';
import { type RunId } from '#shared/ids.ts';
import { text } from '../../text/en.ts';
import { type Column } from '../../ui/data-table.tsx';
import { epsilonLeft, epsilonSpent, roundNumber, rowMomentText, shortId } from '../../ui/format.ts';
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx';
import classes from './privacy.module.css';

const words = text.privacy;
type Entry = LedgerEntryView;

const tones: Readonly<Record<Entry['kind'], Tone>> = {
  'budget-set': 'info',
  charge: 'neutral',
  hold: 'neutral',
  'hold-returned': 'neutral',
  released: 'good',
  withheld: 'neutral',
  late: 'warn',
  'not-sent': 'neutral',
  recovered: 'warn',
};

/** Four digits that matter. */
const brief = (value: number): string => String(Number(value.toPrecision(4)));

export function mechanismText({ mechanism }: Pick<Entry, 'mechanism'>): string {
  if (mechanism === null) return '';
  const { steps, samplingRate, noiseMultiplier } = mechanism;
  return words.mechanismIs(String(steps), brief(samplingRate), brief(noiseMultiplier));
}

/** The budget that it sets, and the reason that a person gave. */
export function noteText({ budgetEpsilon, note }: Entry): string {
  const parts = [budgetEpsilon === null ? null : words.budgetIs(epsilonLeft(budgetEpsilon)), note];
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

/** What a charge pays for and the hold that it was taken from; of anything else, the entry that it is about. */
export function purposeText({ purpose, fromHold, refersTo }: Entry): string {
  if (purpose === null) return refersTo === null ? '' : words.refersTo(refersTo);
  const name = words.purposes[purpose];
  return fromHold === null ? name : `${name}, ${words.fromHold(fromHold)}`;
}

/** What an entry is about; of a budget or a recovery that is the note, whole where the pointer rests on it. */
function aboutCell(entry: Entry): ReactNode {
  const about = purposeText(entry);
  if (about !== '') return about;
  const note = noteText(entry);
  return (
    <span className={classes['short']} title={note}>
      {note}
    </span>
  );
}

/** The people by name, or that it was a scope's limits. */
export function deciderText({ decidedBy }: Pick<Entry, 'decidedBy'>): string {
  if (decidedBy === null) return '';
  return decidedBy.kind === 'scope' ? words.byScope : decidedBy.names.join(', ');
}

const inFile = (key: string, header: string, csv: Column<Entry>['csv']): Column<Entry> => ({
  key,
  header,
  cell: () => null,
  csv,
  isInFileOnly: true,
});

const told = (key: string, header: string, cell: (entry: Entry) => string): Column<Entry> => ({
  key,
  header,
  cell,
  csv: cell,
});

export interface RunNames {
  /** A run that is gone keeps its identifier. */
  readonly titleOf: (runId: RunId) => string;
  /** Where all entries are of one run, its title says nothing in every row. */
  readonly isOneRun: boolean;
}

export function ledgerColumns({ titleOf, isOneRun }: RunNames): readonly Column<Entry>[] {
  const names = words.columns;
  const run = ({ runId, roundId, roundIndex }: Entry): ReactNode => {
    if (runId === null) return '';
    const title = titleOf(runId);
    if (roundId === null) return isOneRun ? '' : <span className={classes['short']}>{title}</span>;
    const round = roundIndex === null ? shortId(roundId) : words.ofRound(roundNumber(roundIndex));
    return (
      <span className={classes['short']} title={`${title}, ${roundId}`}>
        {isOneRun ? round : `${round} · ${title}`}
      </span>
    );
  };
  return [
    {
      key: 'sequence',
      header: names.sequence,
      cell: ({ sequence }) => sequence,
      csv: ({ sequence }) => sequence,
      compare: (a, b) => a.sequence - b.sequence,
      align: 'end',
    },
    { key: 'at', header: names.at, cell: ({ at }) => rowMomentText(at), csv: ({ at }) => at },
    {
      key: 'kind',
      header: names.kind,
      cell: ({ kind }) => <StatusBadge tone={tones[kind]}>{words.kinds[kind]}</StatusBadge>,
      csv: ({ kind }) => kind,
      compare: (a, b) => a.kind.localeCompare(b.kind),
    },
    { key: 'purpose', header: names.purpose, cell: aboutCell, csv: ({ purpose }) => purpose },
    told('mechanism', names.mechanism, mechanismText),
    inFile('steps', names.steps, ({ mechanism }) => mechanism?.steps ?? null),
    inFile('rate', names.rate, ({ mechanism }) => mechanism?.samplingRate ?? null),
    inFile('noise', names.noise, ({ mechanism }) => mechanism?.noiseMultiplier ?? null),
    inFile('clip', names.clip, ({ clippingNorm }) => clippingNorm),
    {
      key: 'epsilon',
      header: names.epsilon,
      cell: ({ chargedEpsilonAfter }) =>
        chargedEpsilonAfter === null ? '' : epsilonSpent(chargedEpsilonAfter),
      csv: ({ chargedEpsilonAfter }) => chargedEpsilonAfter,
      align: 'end',
    },
    told('by', names.by, deciderText),
    { key: 'run', header: names.run, cell: run, csv: ({ runId }) => runId },
    inFile('note', names.note, ({ note }) => note),
    inFile('fromHold', names.fromHold, ({ fromHold }) => fromHold),
    inFile('round', names.round, ({ roundId }) => roundId),
    inFile('roundNumber', names.roundNumber, ({ roundIndex }) =>
      roundIndex === null ? null : roundNumber(roundIndex),
    ),
    inFile('refersTo', names.refersTo, ({ refersTo }) => refersTo),
    inFile('budget', names.budget, ({ budgetEpsilon }) => budgetEpsilon),
    inFile('hash', names.hash, ({ hash }) => hash),
  ];
}

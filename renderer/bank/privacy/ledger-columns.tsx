/** The ledger's columns: on the screen what a reader compares, in the file every field. */
import { type ReactNode } from 'react';
import { type LedgerEntryView } from '#shared/privacy/ledger-view.ts';
import { type RunId } from '#shared/ids.ts';
import { text } from '../../text/en.ts';
import { type Column } from '../../ui/data-table.tsx';
import { epsilonLeft, epsilonSpent, rowMomentText, shortId } from '../../ui/format.ts';
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx';

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

/** What it belongs to, the budget it sets, and the reason that a person gave. */
export function noteText({ budgetEpsilon, refersTo, note }: Entry): string {
  const parts = [
    budgetEpsilon === null ? null : words.budgetIs(epsilonLeft(budgetEpsilon)),
    refersTo === null ? null : words.refersTo(refersTo),
    note,
  ];
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

/** What a charge pays for, and the hold that it was taken from. */
function purposeText({ purpose, fromHold }: Entry): string {
  if (purpose === null) return '';
  const name = words.purposes[purpose];
  return fromHold === null ? name : `${name}, ${words.fromHold(fromHold)}`;
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

/** `titleOf` names a run; a run that is gone keeps its identifier. */
export function ledgerColumns(titleOf: (runId: RunId) => string): readonly Column<Entry>[] {
  const names = words.columns;
  const run = ({ runId, roundId }: Entry): ReactNode => {
    if (runId === null) return '';
    return roundId === null ? (
      titleOf(runId)
    ) : (
      <span title={roundId}>{`${titleOf(runId)} ${shortId(roundId)}`}</span>
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
    { key: 'purpose', header: names.purpose, cell: purposeText, csv: ({ purpose }) => purpose },
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
    { key: 'note', header: names.note, cell: noteText, csv: ({ note }) => note },
    { key: 'run', header: names.run, cell: run, csv: ({ runId }) => runId },
    inFile('fromHold', names.fromHold, ({ fromHold }) => fromHold),
    inFile('round', names.round, ({ roundId }) => roundId),
    inFile('refersTo', names.refersTo, ({ refersTo }) => refersTo),
    inFile('budget', names.budget, ({ budgetEpsilon }) => budgetEpsilon),
    inFile('hash', names.hash, ({ hash }) => hash),
  ];
}

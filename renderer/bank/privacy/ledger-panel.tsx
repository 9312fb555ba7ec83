/** Every entry of the ledger, and the stepped line of what was charged against the budget. */
import { type ReactNode, useMemo } from 'react';
import { type LedgerEntryView, type PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import { useLedger } from '../../queries/ledger.ts';
import { text } from '../../text/en.ts';
import { LineFigure } from '../../ui/charts.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { epsilonLeft, epsilonSpent, rowMomentText, shortDigest } from '../../ui/format.ts';
import { Frame, Panel, Part } from '../../ui/panel.tsx';
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx';
import { chargedSteps } from './charged-steps.ts';
import classes from './privacy.module.css';

const words = text.privacy;

const tones: Readonly<Record<LedgerEntryView['kind'], Tone>> = {
  'budget-set': 'info',
  charge: 'neutral',
  hold: 'neutral',
  'hold-returned': 'neutral',
  released: 'leaves',
  withheld: 'neutral',
  late: 'warn',
  'not-sent': 'neutral',
};

function note(entry: LedgerEntryView): string {
  const parts = [
    entry.budgetEpsilon === null ? null : words.budgetIs(epsilonLeft(entry.budgetEpsilon)),
    entry.refersTo === null ? null : words.refersTo(entry.refersTo),
    entry.note,
  ];
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

const mechanism = (
  key: 'steps' | 'samplingRate' | 'noiseMultiplier',
  header: string,
): Column<LedgerEntryView> => ({
  key,
  header,
  cell: (entry) => (entry.mechanism === null ? '' : Number(entry.mechanism[key].toPrecision(4))),
  csv: (entry) => entry.mechanism?.[key] ?? null,
  align: 'end',
});

const columns: readonly Column<LedgerEntryView>[] = [
  {
    key: 'sequence',
    header: words.columns.sequence,
    cell: ({ sequence }) => sequence,
    csv: ({ sequence }) => sequence,
    compare: (a, b) => a.sequence - b.sequence,
    align: 'end',
  },
  {
    key: 'at',
    header: words.columns.at,
    cell: ({ at }) => rowMomentText(at),
    csv: ({ at }) => at,
    compare: (a, b) => a.at.localeCompare(b.at),
  },
  {
    key: 'kind',
    header: words.columns.kind,
    cell: ({ kind }) => <StatusBadge tone={tones[kind]}>{words.kinds[kind]}</StatusBadge>,
    csv: ({ kind }) => kind,
    compare: (a, b) => a.kind.localeCompare(b.kind),
  },
  mechanism('steps', words.columns.mechanism),
  mechanism('samplingRate', words.columns.rate),
  mechanism('noiseMultiplier', words.columns.noise),
  {
    key: 'epsilon',
    header: words.columns.epsilon,
    cell: ({ chargedEpsilonAfter }) =>
      chargedEpsilonAfter === null ? '' : epsilonSpent(chargedEpsilonAfter),
    csv: ({ chargedEpsilonAfter }) => chargedEpsilonAfter,
    align: 'end',
  },
  { key: 'note', header: words.columns.note, cell: note, csv: note },
  { key: 'hash', header: words.columns.hash, cell: ({ hash }) => shortDigest(hash), csv: ({ hash }) => hash },
];

type Budget = NonNullable<PrivacyStateView['budget']>;

export function LedgerPanel({ budget }: { readonly budget: Budget }): ReactNode {
  const ledger = useLedger();
  return (
    <>
      <Frame isPadded>
        <Part query={ledger} skeletonRows={6}>
          {(entries) => <ChargedLine entries={entries} budget={budget} />}
        </Part>
      </Frame>
      <Panel title={words.ledger} isFlush>
        <Part query={ledger} skeletonRows={6}>
          {(entries) => <EntryTable entries={entries} />}
        </Part>
      </Panel>
    </>
  );
}

function EntryTable({ entries }: { readonly entries: readonly LedgerEntryView[] }): ReactNode {
  const newestFirst = useMemo(() => entries.toReversed(), [entries]);
  return (
    <DataTable
      label={words.ledger}
      columns={columns}
      rows={newestFirst}
      rowKey={({ sequence }) => String(sequence)}
      fileName="privacy-ledger"
      empty={words.ledgerEmpty}
    />
  );
}

function ChargedLine(props: {
  readonly entries: readonly LedgerEntryView[];
  readonly budget: Budget;
}): ReactNode {
  const steps = chargedSteps(props.entries);
  const last = steps.at(-1);
  if (last === undefined) return <p className={classes['quiet']}>{words.ledgerEmpty}</p>;
  const budget = epsilonLeft(props.budget.epsilon);
  const charges = props.entries.filter(({ kind }) => kind === 'charge').length;
  return (
    <LineFigure
      title={words.chart}
      sentence={words.chartSentence(epsilonSpent(last.epsilon), charges, budget)}
      points={steps.map(({ sequence, epsilon }) => ({ sequence, epsilon }))}
      x={{ key: 'sequence', header: words.entryAxis }}
      series={[{ name: 'epsilon', label: words.charged, color: 'var(--chart-bank)', curve: 'stepAfter' }]}
      limits={[{ value: props.budget.epsilon, label: words.budgetLine(budget), color: 'var(--chart-alarm)' }]}
      format={epsilonSpent}
      domain={[0, props.budget.epsilon]}
      height={200}
    />
  );
}

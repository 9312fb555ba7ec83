/** The rounds that this bank saw: its part in each, what it charged, and what became of it. */
import { Anchor } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { type LedgerEntryView } from '#shared/privacy/ledger-view.ts';
import { type RunId } from '#shared/ids.ts';
import { type RoundHistoryView } from '#shared/round/round-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { useLedger } from '../../queries/ledger.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { epsilonSpent, roundNumber, rowMomentText } from '../../ui/format.ts';
import { Panel, Part } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { hrefOf } from '../route.ts';
import { type PastRound, pastRounds } from './past-rounds.ts';
import { standingOf } from './stages.ts';

const words = text.rounds.history;

const columns: readonly Column<PastRound>[] = [
  {
    key: 'round',
    header: words.columns.round,
    cell: ({ index }) => roundNumber(index),
    csv: ({ index }) => roundNumber(index),
    compare: (a, b) => a.index - b.index,
    align: 'end',
  },
  {
    key: 'part',
    header: words.columns.part,
    cell: ({ participation }) => (
      <StatusBadge tone={standingOf(participation).tone}>{partWord(participation)}</StatusBadge>
    ),
    csv: ({ participation }) => partWord(participation),
  },
  {
    key: 'trainings',
    header: words.columns.trainings,
    cell: ({ trainings }) => trainings,
    csv: ({ trainings }) => trainings,
    align: 'end',
  },
  {
    key: 'charged',
    header: words.columns.charged,
    cell: ({ chargedAt }) => (chargedAt === null ? '–' : rowMomentText(chargedAt)),
    csv: ({ chargedAt }) => chargedAt,
  },
  {
    key: 'epsilon',
    header: words.columns.epsilon,
    cell: ({ epsilonAfter }) => (epsilonAfter === null ? '–' : epsilonSpent(epsilonAfter)),
    csv: ({ epsilonAfter }) => epsilonAfter,
    align: 'end',
  },
  {
    key: 'record',
    header: words.columns.record,
    cell: ({ updateId }) =>
      updateId === null ? null : (
        <Anchor fz={13} href={hrefOf({ screen: 'record', updateId })}>
          {text.record.title}
        </Anchor>
      ),
    csv: ({ updateId }) => updateId,
  },
];

function partWord(participation: RoundHistoryView['participation']): string {
  if (participation.kind === 'completed')
    return participation.included ? words.parts.included : words.parts.notIncluded;
  return words.parts[participation.kind];
}

export function HistoryPanel({ runId }: { readonly runId: RunId }): ReactNode {
  const history = useAsk('rounds.history', { runId });
  const ledger = useLedger();
  return (
    <Panel title={words.title} isFlush>
      <Part query={history} skeletonRows={4}>
        {(rounds) => <PastRounds rounds={rounds} entries={ledger.data ?? []} />}
      </Part>
    </Panel>
  );
}

interface PastRoundsProps {
  readonly rounds: readonly RoundHistoryView[];
  /** Empty while the ledger is not read: then only what it says is missing. */
  readonly entries: readonly LedgerEntryView[];
}

function PastRounds({ rounds, entries }: PastRoundsProps): ReactNode {
  const rows = useMemo(() => pastRounds(rounds, entries), [rounds, entries]);
  return (
    <DataTable
      label={words.title}
      columns={columns}
      rows={rows}
      rowKey={({ roundId }) => roundId}
      empty={words.empty}
      fileName="rounds"
      maxHeight={360}
    />
  );
}

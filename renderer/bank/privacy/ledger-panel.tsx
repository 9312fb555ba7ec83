/** Every entry of the ledger, and the stepped line of what was charged against the budget. */
import { SegmentedControl } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { type LedgerEntryView, type PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { useLedger } from '../../queries/ledger.ts';
import { text } from '../../text/en.ts';
import { LineFigure } from '../../ui/charts.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { epsilonLeft, epsilonSpent, shortId } from '../../ui/format.ts';
import { Frame, Panel, Part } from '../../ui/panel.tsx';
import { chargedSteps } from './charged-steps.ts';
import { ledgerColumns } from './ledger-columns.tsx';
import { LEDGER_FILTERS, type LedgerFilter, shownEntries } from './ledger-filter.ts';
import classes from './privacy.module.css';

const words = text.privacy;

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
  const [filter, setFilter] = useState<LedgerFilter>('all');
  const runs = useAsk('runs.list', {});
  const rows = useMemo(() => shownEntries(entries, filter), [entries, filter]);
  const columns = useMemo(() => {
    const titles = new Map((runs.data ?? []).map(({ runId, charter }) => [runId, charter.title]));
    return ledgerColumns({
      titleOf: (runId) => titles.get(runId) ?? shortId(runId),
      isOneRun: new Set(entries.map(({ runId }) => runId).filter((runId) => runId !== null)).size === 1,
    });
  }, [runs.data, entries]);
  return (
    <DataTable
      label={words.ledger}
      columns={columns}
      rows={rows}
      rowKey={({ sequence }) => String(sequence)}
      fileName="privacy-ledger"
      empty={entries.length === 0 ? words.ledgerEmpty : words.filterEmpty}
      toolbar={
        <SegmentedControl
          aria-label={words.filter}
          value={filter}
          data={LEDGER_FILTERS.map((name) => ({ value: name, label: words.filters[name] }))}
          onChange={(chosen) => {
            setFilter(LEDGER_FILTERS.find((name) => name === chosen) ?? 'all');
          }}
        />
      }
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

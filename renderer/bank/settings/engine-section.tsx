/** Which engine trains, which could, and why. */
import { NativeSelect } from '@mantine/core';
import { type ReactNode } from 'react';
import { type AppState, bankContract, type EngineReport } from '#shared/contract/bank.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { count } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { toast } from '../../ui/toast.ts';
import classes from './settings.module.css';

const words = text.settings.engine;
const choices = bankContract['app.chooseEngine'].input.shape.choice;

function columnsFor(inUse: EngineReport['name']): readonly Column<EngineReport>[] {
  const stateOf = ({ name, available }: EngineReport): string => {
    if (name === inUse) return words.inUse;
    return available ? words.available : words.unavailable;
  };
  const speed = ({ rowsPerSecond }: EngineReport): number | null =>
    rowsPerSecond === null ? null : Math.round(rowsPerSecond);
  return [
    {
      key: 'name',
      header: words.columns.name,
      cell: ({ name }) => words.names[name],
      csv: ({ name }) => name,
    },
    {
      key: 'state',
      header: words.columns.state,
      cell: (report) => <StatusBadge tone={toneOf(report, inUse)}>{stateOf(report)}</StatusBadge>,
      csv: stateOf,
    },
    {
      key: 'speed',
      header: words.columns.speed,
      cell: (report) => {
        const value = speed(report);
        return value === null ? '–' : count(value);
      },
      csv: speed,
      align: 'end',
    },
    {
      key: 'reason',
      header: words.columns.reason,
      cell: ({ reason }) => reason,
      csv: ({ reason }) => reason,
      align: 'wrap',
    },
  ];
}

function toneOf({ name, available }: EngineReport, inUse: EngineReport['name']): 'good' | 'info' | 'neutral' {
  if (name === inUse) return 'good';
  return available ? 'info' : 'neutral';
}

export function EngineSection({ engine }: Pick<AppState, 'engine'>): ReactNode {
  const choose = useTell('app.chooseEngine', () => {
    toast(words.saved);
  });
  return (
    <Panel title={words.title} isFlush>
      {choose.isError ? <FailureNotice error={choose.error} /> : null}
      <DataTable
        label={words.title}
        columns={columnsFor(engine.inUse)}
        rows={engine.reports}
        rowKey={({ name }) => name}
        empty={words.none}
        fileName="engines"
        toolbar={
          <>
            <NativeSelect
              label={words.choice}
              value={engine.choice}
              data={choices.options.map((value) => ({
                value,
                label: value === 'automatic' ? words.automatic : words.names[value],
              }))}
              onChange={(event) => {
                const choice = choices.safeParse(event.currentTarget.value).data;
                if (choice !== undefined) choose.mutate({ choice });
              }}
            />
            <p className={classes['quiet']}>{words.why}</p>
          </>
        }
      />
    </Panel>
  );
}

/** One import: its progress while it runs, then what came of it and every rejected row with its reason. */
import { Anchor, Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type ImportId } from '#shared/ids.ts';
import { type ImportProgress, type RejectedRow } from '#shared/features/data-view.ts';
import { useAsk, useTell } from '../../queries/ask.ts';
import { useBackend } from '../../queries/backend.tsx';
import { text } from '../../text/en.ts';
import { asFailure } from '../../text/failure-texts.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Facts } from '../../ui/facts.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { count } from '../../ui/format.ts';
import { Page, Stacked } from '../../ui/page.tsx';
import { Panel, Part } from '../../ui/panel.tsx';
import { Progress } from '../../ui/progress.tsx';
import { useSaveText } from '../../ui/save-text.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { toastFailure } from '../../ui/toast.ts';
import { hrefOf } from '../route.ts';
import classes from './data.module.css';

const words = text.data;

export function ImportResult({ importId }: { readonly importId: ImportId }): ReactNode {
  const progress = useAsk('data.importProgress', { importId });
  return (
    <Page
      title={progress.data === undefined ? words.imports : progress.data.name}
      about={<Anchor href={hrefOf({ screen: 'data', view: 'summary' })}>{words.title}</Anchor>}
    >
      <Part query={progress} skeletonRows={6}>
        {(one) => (one.state.kind === 'running' ? <Running progress={one} /> : <Finished progress={one} />)}
      </Part>
    </Page>
  );
}

function Running({ progress }: { readonly progress: ImportProgress }): ReactNode {
  const cancel = useTell('data.cancelImport');
  const speed = count(Math.round(progress.rowsPerSecond));
  return (
    <Panel title={words.progress.title(progress.name)}>
      <Stacked>
        <Progress
          phase={words.progress.phase}
          share={progress.share}
          secondsLeft={progress.secondsLeft}
          detail={words.progress.detail(count(progress.rows), speed)}
          action={
            <Button
              size="compact-sm"
              loading={cancel.isPending}
              onClick={() => {
                cancel.mutate(
                  { importId: progress.importId },
                  {
                    onError: (error) => {
                      toastFailure(asFailure(error));
                    },
                  },
                );
              }}
            >
              {words.progress.cancel}
            </Button>
          }
        />
        <p className={classes['quiet']}>{words.progress.background}</p>
      </Stacked>
    </Panel>
  );
}

function Finished({ progress }: { readonly progress: ImportProgress }): ReactNode {
  const facts = words.result.facts;
  return (
    <Stacked>
      <Panel title={words.imports} aside={<Outcome progress={progress} />}>
        <Stacked>
          {progress.state.kind === 'failed' ? <FailureNotice failure={progress.state.failure} /> : null}
          <Facts
            facts={[
              { name: facts.rows, value: count(progress.rows) },
              { name: facts.added, value: count(progress.added) },
              { name: facts.skipped, value: count(progress.skipped) },
              { name: facts.verdicts, value: count(progress.verdicts) },
              { name: facts.rejected, value: count(progress.rejected) },
            ]}
          />
          <div>
            <Button component="a" href={hrefOf({ screen: 'data', view: 'summary' })} variant="filled" mr={8}>
              {words.result.toData}
            </Button>
            <Button component="a" href={hrefOf({ screen: 'data', view: 'import' })}>
              {words.result.another}
            </Button>
          </div>
        </Stacked>
      </Panel>
      {progress.rejected > 0 ? <Rejects progress={progress} /> : null}
    </Stacked>
  );
}

function Outcome({ progress }: { readonly progress: ImportProgress }): ReactNode {
  switch (progress.state.kind) {
    case 'running':
      return null;
    case 'done':
      return <StatusBadge tone="good">{words.result.done(count(progress.added))}</StatusBadge>;
    case 'failed':
      return <StatusBadge tone="bad">{words.result.failed}</StatusBadge>;
    case 'cancelled':
      return <StatusBadge tone="neutral">{words.result.cancelled}</StatusBadge>;
  }
}

const columns: readonly Column<RejectedRow>[] = [
  {
    key: 'line',
    header: words.result.rejectColumns.line,
    cell: ({ line }) => count(line),
    csv: ({ line }) => line,
    compare: (a, b) => a.line - b.line,
    align: 'end',
  },
  {
    key: 'column',
    header: words.result.rejectColumns.column,
    cell: ({ column }) => column ?? '–',
    csv: ({ column }) => column,
    compare: (a, b) => (a.column ?? '').localeCompare(b.column ?? ''),
  },
  {
    key: 'reason',
    header: words.result.rejectColumns.reason,
    cell: ({ reason }) => reason,
    csv: ({ reason }) => reason,
    compare: (a, b) => a.reason.localeCompare(b.reason),
  },
  {
    key: 'text',
    header: words.result.rejectColumns.text,
    cell: (row) => <span className={classes['mono']}>{row.text}</span>,
    csv: (row) => row.text,
  },
];

function Rejects({ progress: { importId, rejected } }: { readonly progress: ImportProgress }): ReactNode {
  const rejects = useAsk('data.rejects', { importId, limit: 1000 });
  const { client } = useBackend();
  const save = useSaveText();
  return (
    <Panel
      title={words.result.rejects}
      isFlush
      aside={
        <Button
          size="compact-sm"
          leftSection={<IconDownload size={15} stroke={1.5} aria-hidden />}
          onClick={() => {
            save('rejected-rows.csv', async () => (await client['data.rejectsFile']({ importId })).text);
          }}
        >
          {words.result.download}
        </Button>
      }
    >
      <Part query={rejects} skeletonRows={5}>
        {({ rows }) => (
          <DataTable
            label={words.result.rejects}
            columns={columns}
            rows={rows}
            rowKey={({ line }) => String(line)}
            total={rejected}
            empty={words.result.rejectsEmpty}
            maxHeight={420}
          />
        )}
      </Part>
    </Panel>
  );
}

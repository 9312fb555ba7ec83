/** The rehearsal: the same attacks on an update made without noise. Shown, never held, never sendable, forgotten on closing. */
import { Button, NativeSelect, SegmentedControl } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { type UpdateId } from '#shared/ids.ts';
import { type RecoveredValue, type Rehearsal } from '#shared/privacy/leak-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { figure } from '../../ui/format.ts';
import { leakNumber } from './leak-figure.ts';
import { LeakTests } from './leak-tests.tsx';
import { recoveredText } from './recovered-value.ts';
import classes from './leaks.module.css';

const words = text.leaks.rehearsal;
const BATCHES = [1, 8, 32, 256] as const;

export interface RehearsalDialogProps {
  readonly updateId: UpdateId;
  readonly onClose: () => void;
}

export function RehearsalDialog({ updateId, onClose }: RehearsalDialogProps): ReactNode {
  const [batch, setBatch] = useState<number>(BATCHES[0]);
  const [isCancelled, setCancelled] = useState(false);
  const rehearse = useTell('leaks.rehearse');
  const stop = useTell('leaks.stop');
  const cancel = (): void => {
    setCancelled(true);
    stop.mutate({ updateId });
  };
  return (
    <Dialog
      onClose={() => {
        // Nobody would see what it finds, and no other test could run beside it.
        if (rehearse.isPending) cancel();
        onClose();
      }}
      title={words.title}
      size={860}
    >
      <div className={classes['stack']}>
        <div className={classes['mark']}>
          <IconLock size={16} stroke={1.75} aria-hidden /> {words.mark}
        </div>
        <p className={classes['quiet']}>{words.why}</p>
        <form
          className={classes['run']}
          onSubmit={(event) => {
            event.preventDefault();
            setCancelled(false);
            rehearse.mutate({ updateId, batch });
          }}
        >
          <NativeSelect
            label={words.batch}
            description={words.batchHelp}
            value={String(batch)}
            data={BATCHES.map((rows) => ({ value: String(rows), label: String(rows) }))}
            onChange={(event) => {
              setBatch(Number(event.currentTarget.value));
            }}
          />
          <Button type="submit" loading={rehearse.isPending}>
            {words.run(batch)}
          </Button>
        </form>
        {rehearse.isPending ? (
          <p role="status" className={classes['line']}>
            {words.running}
            <Button size="compact-sm" loading={stop.isPending} onClick={cancel}>
              {text.leaks.stop}
            </Button>
          </p>
        ) : null}
        {rehearse.isError ? <Unfinished error={rehearse.error} isCancelled={isCancelled} /> : null}
        {rehearse.data === undefined ? null : (
          <Recovered key={rehearse.submittedAt} rehearsal={rehearse.data} />
        )}
      </div>
    </Dialog>
  );
}

function Unfinished(props: { readonly error: Error; readonly isCancelled: boolean }): ReactNode {
  return props.isCancelled ? <p role="status">{words.cancelled}</p> : <FailureNotice error={props.error} />;
}

const number = (key: 'real' | 'recovered', header: string): Column<RecoveredValue> => ({
  key,
  header,
  cell: (value) => recoveredText(value[key], value.unit),
  csv: (value) => value[key],
  align: 'end',
});

const columns: readonly Column<RecoveredValue>[] = [
  {
    key: 'feature',
    header: words.columns.feature,
    cell: ({ feature }) => feature,
    csv: ({ feature }) => feature,
    align: 'wrap',
  },
  number('real', words.columns.real),
  number('recovered', words.columns.recovered),
  {
    key: 'difference',
    header: words.columns.difference,
    cell: ({ real, recovered }) => leakNumber(Math.abs(recovered - real)),
    csv: ({ real, recovered }) => Math.abs(recovered - real),
    align: 'end',
  },
];

function Recovered({ rehearsal }: { readonly rehearsal: Rehearsal }): ReactNode {
  const [shown, setShown] = useState(0);
  const row = rehearsal.rows[shown];
  return (
    <>
      <div className={classes['heading']}>
        <h3 className={classes['sub']}>{words.tableTitle}</h3>
        <span className={classes['quiet']}>{words.took(figure(rehearsal.seconds, 1), rehearsal.batch)}</span>
      </div>
      {row === undefined ? (
        <p>{words.none}</p>
      ) : (
        <>
          {rehearsal.rows.length > 1 ? (
            <SegmentedControl
              aria-label={words.rowLabel}
              value={String(shown)}
              data={rehearsal.rows.map((_, n) => ({ value: String(n), label: words.row(n + 1) }))}
              onChange={(chosen) => {
                setShown(Number(chosen));
              }}
            />
          ) : null}
          <p>{words.rowWas(row.isFraud, `${leakNumber(row.relativeDistance * 100)} %`)}</p>
          <div className={classes['tableFrame']}>
            <DataTable
              label={words.tableTitle}
              columns={columns}
              rows={row.values}
              rowKey={({ feature }) => feature}
              empty={words.none}
              maxHeight={330}
            />
          </div>
        </>
      )}
      <h3 className={classes['sub']}>{words.tests}</h3>
      <LeakTests tests={rehearsal.tests} />
    </>
  );
}

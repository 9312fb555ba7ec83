/** The regulator's pack: one file about a run, saved where the person chooses, with its digest to give by another way. */
import { Button, Checkbox, Code, Group, NativeSelect, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { RunId } from '#shared/ids.ts';
import { type BankContract } from '#shared/contract/bank.ts';
import { type Output } from '#shared/contract/define.ts';
import { useAsk, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Digest } from '../../ui/digest.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useSaveText } from '../../ui/save-text.ts';
import classes from './audit.module.css';

const words = text.audit;

export function PackDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [made, setMade] = useState<Output<BankContract['audit.pack']> | null>(null);
  return (
    <Dialog onClose={onClose} title={words.packTitle} size="lg">
      {made === null ? (
        <PackForm onClose={onClose} onMade={setMade} />
      ) : (
        <PackMade pack={made} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface PackFormProps {
  readonly onClose: () => void;
  readonly onMade: (pack: Output<BankContract['audit.pack']>) => void;
}

function PackForm({ onClose, onMade }: PackFormProps): ReactNode {
  const runs = useAsk('runs.list', {});
  const [run, setRun] = useState('');
  const [withNotes, setWithNotes] = useState(false);
  const saveText = useSaveText();
  const make = useTell('audit.pack', (pack) => {
    saveText(pack.name, () => pack.text);
    onMade(pack);
  });
  const joined = (runs.data ?? []).filter((one) => one.joined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const runId = RunId.safeParse(run).data;
        make.mutate(runId === undefined ? { withNotes } : { runId, withNotes });
      }}
    >
      <Stack gap={12}>
        <p className={classes['words']}>{words.packWhy}</p>
        <NativeSelect
          label={words.packRun}
          value={run}
          data={[
            { value: '', label: words.packAllRuns },
            ...joined.map(({ runId, charter }) => ({ value: runId, label: charter.title })),
          ]}
          onChange={(event) => {
            setRun(event.currentTarget.value);
          }}
        />
        <Checkbox
          label={words.packNotes}
          description={words.packNotesHelp}
          checked={withNotes}
          onChange={(event) => {
            setWithNotes(event.currentTarget.checked);
          }}
        />
        {make.isError ? <FailureNotice error={make.error} /> : null}
        <Group justify="flex-end">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" variant="filled" loading={make.isPending}>
            {words.packMake}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface PackMadeProps {
  readonly pack: Output<BankContract['audit.pack']>;
  readonly onClose: () => void;
}

function PackMade({ pack, onClose }: PackMadeProps): ReactNode {
  return (
    <Stack gap={12} role="status">
      <p className={classes['words']}>{words.packSaved}</p>
      <div>
        <div className={classes['small']}>{words.packDigest}</div>
        <Digest value={pack.digest} of={words.packDigest} />
      </div>
      <div>
        <div className={classes['small']}>{words.packCheck}</div>
        <Code block>{words.packCommand(pack.name)}</Code>
      </div>
      <Group justify="flex-end">
        <Button variant="filled" onClick={onClose} data-autofocus>
          {words.packDone}
        </Button>
      </Group>
    </Stack>
  );
}

/** How the chosen file is read: a guessed or saved mapping that can be corrected, with what would be stored at once. */
import { Anchor, Button, Checkbox } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type ColumnMapping, type FileInspection } from '#shared/features/data-view.ts';
import { useCommand } from '../../commands/registry.tsx';
import { Shortcut } from '../../commands/shortcut.tsx';
import { useAsk, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { ActionBar } from '../../ui/action-bar.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { bytesText } from '../../ui/format.ts';
import { Stacked } from '../../ui/page.tsx';
import { Panel, Part } from '../../ui/panel.tsx';
import { hrefOf, navigate } from '../route.ts';
import classes from './data.module.css';
import { ColumnTable, RawRows, SampleRows } from './mapping-tables.tsx';
import { ReadingSettings } from './reading-settings.tsx';

const words = text.data.wizard;

export interface MappingStepProps {
  readonly source: string;
  readonly onAnother: () => void;
}

export function MappingStep({ source, onAnother }: MappingStepProps): ReactNode {
  const [mapping, setMapping] = useState<ColumnMapping | null>(null);
  const inspection = useAsk('data.inspect', mapping === null ? { source } : { source, mapping });
  return (
    <Part query={inspection} skeletonRows={10}>
      {(file) => (
        <Mapping
          file={file}
          mapping={mapping ?? file.mapping}
          onChange={setMapping}
          error={inspection.isError ? inspection.error : null}
          onAnother={onAnother}
        />
      )}
    </Part>
  );
}

interface MappingProps {
  readonly file: FileInspection;
  readonly mapping: ColumnMapping;
  readonly onChange: (mapping: ColumnMapping) => void;
  readonly error: Error | null;
  readonly onAnother: () => void;
}

function Mapping({ file, mapping, onChange, error, onAnother }: MappingProps): ReactNode {
  return (
    <Stacked>
      {error === null ? null : <FailureNotice error={error} />}
      <Panel title={words.mapping} aside={`${file.name} · ${bytesText(file.bytes)}`}>
        <p className={classes['quiet']}>{file.mappingSource === 'saved' ? words.saved : words.guessed}</p>
        <ColumnTable file={file} mapping={mapping} onChange={onChange} />
      </Panel>
      <Panel title={words.reading}>
        <ReadingSettings mapping={mapping} onChange={onChange} />
      </Panel>
      <Warnings file={file} mapping={mapping} />
      <Panel title={words.preview}>
        <SampleRows sample={file.sample} />
      </Panel>
      <Panel title={words.raw}>
        <RawRows file={file} />
      </Panel>
      <StartBar file={file} mapping={mapping} onAnother={onAnother} />
    </Stacked>
  );
}

function Warnings({ file, mapping }: Pick<MappingProps, 'file' | 'mapping'>): ReactNode {
  const app = useAsk('app.state', {});
  const lacksHomeCountry = mapping.columns.country !== undefined && app.data?.bank?.homeCountry === null;
  if (file.warnings.length === 0 && !lacksHomeCountry) return null;
  return (
    <Panel title={words.warnings}>
      <ul className={classes['warning']}>
        {file.warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
        {lacksHomeCountry ? (
          <li>
            {words.noHomeCountry}{' '}
            <Anchor href={hrefOf({ screen: 'settings', section: 'bank' })}>{words.stateHomeCountry}</Anchor>
          </li>
        ) : null}
      </ul>
    </Panel>
  );
}

function StartBar(props: Pick<MappingProps, 'file' | 'mapping' | 'onAnother'>): ReactNode {
  const { file, mapping, onAnother } = props;
  const [isSaved, setSaved] = useState(true);
  const start = useTell('data.startImport', ({ importId }) => {
    navigate({ screen: 'data', view: 'import-result', importId });
  });
  const isReady = file.missing.length === 0;
  const begin = (): void => {
    if (isReady) start.mutate({ source: file.source, mapping, saveMapping: isSaved });
  };
  useCommand('screen.primary', isReady ? begin : null);
  const missing = file.missing.map((column) => text.data.columns[column]).join(', ');
  return (
    <>
      {start.isError ? <FailureNotice error={start.error} /> : null}
      <ActionBar
        start={<Button onClick={onAnother}>{words.another}</Button>}
        note={
          isReady ? (
            <Checkbox
              label={words.save}
              size="xs"
              checked={isSaved}
              onChange={(event) => {
                setSaved(event.currentTarget.checked);
              }}
            />
          ) : (
            words.missing(missing)
          )
        }
      >
        <Button
          variant={isReady ? 'filled' : 'default'}
          aria-disabled={!isReady}
          title={isReady ? undefined : words.blocked}
          loading={start.isPending}
          onClick={begin}
        >
          {words.start(file.name)}
        </Button>
        <Shortcut of="screen.primary" />
      </ActionBar>
    </>
  );
}

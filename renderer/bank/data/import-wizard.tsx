/** The import wizard: choose a file, correct how it is read, start. The rest happens on the import's own page. */
import { Anchor, Button } from '@mantine/core';
import { IconFileTypeCsv } from '@tabler/icons-react';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useBackend } from '../../queries/backend.tsx';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Page } from '../../ui/page.tsx';
import { hrefOf } from '../route.ts';
import classes from './data.module.css';
import { MappingStep } from './mapping-step.tsx';

const words = text.data.wizard;

export function ImportWizard(): ReactNode {
  const [source, setSource] = useState<string | null>(null);
  return (
    <Page
      title={words.title}
      about={<Anchor href={hrefOf({ screen: 'data', view: 'summary' })}>{text.data.title}</Anchor>}
    >
      {source === null ? (
        <ChooseStep onChosen={setSource} />
      ) : (
        <MappingStep
          key={source}
          source={source}
          onAnother={() => {
            setSource(null);
          }}
        />
      )}
    </Page>
  );
}

/** Hands a file over: by upload in a browser, by the native dialog in the desktop app. */
function useHandOver(onChosen: (source: string) => void) {
  const { client, host } = useBackend();
  return useMutation({
    mutationFn: async (file: File | null) => {
      if (file !== null && host.upload !== null) return host.upload(file);
      return client['host.chooseImportFile']({});
    },
    networkMode: 'always',
    onSuccess: (chosen) => {
      if (chosen !== null) onChosen(chosen.source);
    },
  });
}

function ChooseStep({ onChosen }: { readonly onChosen: (source: string) => void }): ReactNode {
  const { host } = useBackend();
  const handOver = useHandOver(onChosen);
  const input = useRef<HTMLInputElement>(null);
  const take = (file: File | undefined): void => {
    if (file !== undefined) handOver.mutate(file);
  };
  const choose = (): void => {
    if (host.kind === 'desktop') handOver.mutate(null);
    else input.current?.click();
  };
  return (
    <>
      {handOver.isError ? <FailureNotice error={handOver.error} /> : null}
      <DropArea onFile={host.kind === 'desktop' ? null : take}>
        <IconFileTypeCsv size={36} stroke={1.25} aria-hidden />
        <p className={classes['dropTitle']}>{words.chooseTitle}</p>
        <p className={classes['quiet']}>{words.chooseWhy}</p>
        <Button variant="filled" onClick={choose} loading={handOver.isPending}>
          {words.choose}
        </Button>
        {host.kind === 'desktop' ? null : <span className={classes['quiet']}>{words.drop}</span>}
        {handOver.isPending && handOver.variables !== null ? (
          <span role="status">{words.uploading(handOver.variables.name)}</span>
        ) : null}
        <input
          ref={input}
          type="file"
          accept=".csv,.gz,.txt,text/csv,application/gzip"
          hidden
          onChange={(event) => {
            take(event.currentTarget.files?.[0]);
          }}
        />
      </DropArea>
    </>
  );
}

function DropArea(props: {
  readonly onFile: ((file: File | undefined) => void) | null;
  readonly children: ReactNode;
}): ReactNode {
  const [isOver, setOver] = useState(false);
  const { onFile } = props;
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    onFile?.(event.dataTransfer.files[0]);
  };
  return (
    <section
      className={classes['drop']}
      aria-label={words.dropName}
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(onFile !== null);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={onDrop}
    >
      {props.children}
    </section>
  );
}

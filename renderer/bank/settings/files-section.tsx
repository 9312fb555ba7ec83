/** Where everything is on this machine. */
import { Anchor } from '@mantine/core';
import { type ReactNode } from 'react';
import { type AppState } from '#shared/contract/bank.ts';
import { text } from '../../text/en.ts';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/panel.tsx';
import { hrefOf } from '../route.ts';
import classes from './settings.module.css';

const words = text.settings.files;

export function FilesSection({ state }: { readonly state: AppState }): ReactNode {
  return (
    <Panel title={words.title}>
      <Facts
        facts={[
          {
            name: words.folder,
            value: <span className={classes['path']}>{state.dataFolder}</span>,
            meaning: words.folderMeaning,
          },
          { name: words.logs, value: words.logsValue(state.dataFolder) },
          {
            name: words.audit,
            value: <Anchor href={hrefOf({ screen: 'audit' })}>{words.auditWhere}</Anchor>,
          },
          { name: words.version, value: state.version },
          { name: words.host, value: words.hosts[state.host] },
        ]}
      />
    </Panel>
  );
}

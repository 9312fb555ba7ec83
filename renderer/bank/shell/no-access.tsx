/** Before there is a state to show: starting, or a page without the access token. */
import { Loader } from '@mantine/core';
import { type ReactNode } from 'react';
import { text } from '../../text/en.ts';
import classes from './no-access.module.css';

export function NoAccess(): ReactNode {
  return (
    <main className={classes['frame']}>
      <div className={classes['box']} role="alert">
        <h1>{text.shell.access.title}</h1>
        <p>{text.shell.access.why}</p>
        <p>{text.shell.access.next}</p>
      </div>
    </main>
  );
}

export function Starting({ children }: { readonly children?: ReactNode }): ReactNode {
  return (
    <main className={classes['frame']}>
      {children ?? <Loader size={24} role="status" aria-label={text.common.loading} />}
    </main>
  );
}

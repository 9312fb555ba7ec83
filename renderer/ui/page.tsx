/** The frame of a screen's content: title, one line about it, actions, then its parts. */
import { type ReactNode, useEffect, useRef } from 'react';
import classes from './page.module.css';

export interface PageProps {
  readonly title: string;
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, about, actions, children }: PageProps): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Parley`;
    // A reader's focus follows the change of place, not the start of the app.
    if (document.activeElement !== document.body) heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <>
      <div className={classes['header']}>
        <h1 className={classes['title']} ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {about === undefined ? null : <div className={classes['about']}>{about}</div>}
        {actions === undefined ? null : <div className={classes['actions']}>{actions}</div>}
      </div>
      <Stacked>{children}</Stacked>
    </>
  );
}

export function Stacked({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={classes['stack']}>{children}</div>;
}

export function Columns({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={classes['columns']}>{children}</div>;
}

export function WideNarrow({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={classes['wideNarrow']}>{children}</div>;
}

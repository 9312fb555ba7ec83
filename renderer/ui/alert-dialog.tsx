/**
 * A question before an act that can't be taken back: the safe button is the default, the other names itself "anyway".
 * The browser's own dialog element: it holds the focus, makes the page behind inert and gives the focus back.
 */
import { Button } from '@mantine/core';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import classes from './alert-dialog.module.css';

export interface AlertDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly safe: string;
  readonly onClose: () => void;
  readonly anyway: {
    readonly label: string;
    readonly isPending: boolean;
    readonly act: () => void;
    /** Why it can't be done now; without it, it can. */
    readonly waitingFor?: string | null;
  };
}

/** Open while it is mounted. */
export function AlertDialog({ title, children, safe, onClose, anyway }: AlertDialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const safeButton = useRef<HTMLButtonElement>(null);
  const id = useId();
  const { waitingFor = null } = anyway;
  // Before the element leaves the page: only an attached dialog gives the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    safeButton.current?.focus();
    return () => {
      shown?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={classes['dialog']}
      role="alertdialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-body`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 className={classes['title']} id={`${id}-title`}>
        {title}
      </h2>
      <div className={classes['body']} id={`${id}-body`}>
        {children}
      </div>
      <div className={classes['actions']}>
        {waitingFor === null ? null : (
          <span className={classes['waiting']} id={`${id}-waiting`}>
            {waitingFor}
          </span>
        )}
        <Button
          aria-disabled={waitingFor !== null}
          aria-describedby={waitingFor === null ? undefined : `${id}-waiting`}
          loading={anyway.isPending}
          onClick={() => {
            if (waitingFor === null) anyway.act();
          }}
        >
          {anyway.label}
        </Button>
        <Button ref={safeButton} variant="filled" onClick={onClose}>
          {safe}
        </Button>
      </div>
    </dialog>
  );
}

/** A dialog that is open while it is mounted: its content starts anew each time, and the focus goes back to where it was opened. */
import { Modal } from '@mantine/core';
import { type ReactNode, useLayoutEffect } from 'react';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly size?: number | string;
  readonly children: ReactNode;
}

export function Dialog({ title, onClose, size = 'md', children }: DialogProps): ReactNode {
  // Before the dialog takes the focus: Mantine gives it back only to a dialog that stays mounted.
  useLayoutEffect(() => {
    const opener = document.activeElement;
    return () => {
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);
  return (
    <Modal opened onClose={onClose} title={title} size={size} returnFocus={false}>
      {children}
    </Modal>
  );
}

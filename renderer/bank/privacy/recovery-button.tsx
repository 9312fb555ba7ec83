/** The way out of a store that blocks sending, beside the notice that says so. */
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { text } from '../../text/en.ts';
import { RecoveryDialog } from './recovery-dialog.tsx';

export function RecoveryButton(): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        size="compact-sm"
        onClick={() => {
          setOpen(true);
        }}
      >
        {text.privacy.wayOut}
      </Button>
      {isOpen ? (
        <RecoveryDialog
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}

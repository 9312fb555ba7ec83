/** The primary button of the release. Never dead: what it waits for is beside it and in its description, and it can be focused. */
import { Button, Tooltip } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { useCommand } from '../../commands/registry.tsx';
import { Shortcut } from '../../commands/shortcut.tsx';
import { text } from '../../text/en.ts';
import classes from './review.module.css';

const words = text.review;

export interface SendButtonProps {
  readonly label: string;
  readonly waitingFor: readonly string[];
  readonly isBusy: boolean;
  readonly onAct: () => void;
}

export function SendButton({ label, waitingFor, isBusy, onAct }: SendButtonProps): ReactNode {
  const isReady = waitingFor.length === 0;
  const id = useId();
  const reasons = isReady ? '' : `${words.waitingFor} ${waitingFor.join('; ')}`;
  const act = (): void => {
    if (isReady && !isBusy) onAct();
  };
  useCommand('screen.primary', act);
  return (
    <div className={classes['sendBox']}>
      {isReady ? null : (
        <span className={classes['obstacles']} id={id}>
          {reasons}
        </span>
      )}
      <Tooltip label={reasons} disabled={isReady}>
        <Button
          className={classes['send']}
          variant="filled"
          aria-disabled={!isReady}
          aria-describedby={isReady ? undefined : id}
          loading={isBusy}
          onClick={act}
        >
          {label}
        </Button>
      </Tooltip>
      <Shortcut of="screen.primary" />
    </div>
  );
}

/** Withhold, behind a dialog whose safe button is the default and whose other names itself "anyway". */
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { roundNumber } from '../../ui/format.ts';
import { toast } from '../../ui/toast.ts';

const words = text.review;

export interface WithholdButtonProps {
  readonly view: Pick<ReviewView, 'updateId' | 'roundIndex'>;
  readonly note: string;
}

export function WithholdButton({ view, note }: WithholdButtonProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const close = (): void => {
    setOpen(false);
  };
  const withhold = useTell('review.withhold', () => {
    close();
    toast(words.withheldToast);
  });
  return (
    <>
      <Button
        onClick={() => {
          setOpen(true);
        }}
      >
        {words.withhold}
      </Button>
      {isOpen ? (
        <AlertDialog
          title={words.withholdTitle(roundNumber(view.roundIndex))}
          safe={words.withholdKeep}
          onClose={close}
          anyway={{
            label: words.withholdAnyway,
            isPending: withhold.isPending,
            act: () => {
              withhold.mutate({ updateId: view.updateId, note });
            },
          }}
        >
          <p>{words.withholdWhy}</p>
          {withhold.isError ? <FailureNotice error={withhold.error} /> : null}
        </AlertDialog>
      ) : null}
    </>
  );
}

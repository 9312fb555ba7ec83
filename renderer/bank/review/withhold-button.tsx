/** Withhold, behind a dialog whose safe button is the default and whose other names itself "anyway". */
import { Button, Group, Modal, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
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
      <Modal
        opened={isOpen}
        onClose={close}
        title={words.withholdTitle(roundNumber(view.roundIndex))}
        role="alertdialog"
      >
        <Text mb="md">{words.withholdWhy}</Text>
        {withhold.isError ? <FailureNotice error={withhold.error} /> : null}
        <Group justify="flex-end" mt="md">
          <Button
            loading={withhold.isPending}
            onClick={() => {
              withhold.mutate({ updateId: view.updateId, note });
            }}
          >
            {words.withholdAnyway}
          </Button>
          <Button variant="filled" onClick={close} data-autofocus>
            {words.withholdKeep}
          </Button>
        </Group>
      </Modal>
    </>
  );
}

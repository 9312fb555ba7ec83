/** The demo consortium with one click: names and a budget are set only where there are none. */
import { Button, Text } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { useBackend } from '../../queries/backend.tsx';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Panel } from '../../ui/panel.tsx';

const words = text.firstRun.demo;
const DEMO = { peers: 4, seed: 1 } as const;
const DEMO_BUDGET = { epsilon: 4, delta: 5e-7, unit: 'transaction' } as const;

export function DemoOffer({ hasBank }: { readonly hasBank: boolean }): ReactNode {
  const { client } = useBackend();
  const start = useMutation({
    networkMode: 'always',
    mutationFn: async () => {
      if (!hasBank) await client['app.setUp']({ bankName: words.bank, analyst: words.analyst });
      const { budget } = await client['privacy.state']({});
      if (budget === null) await client['privacy.setBudget']({ ...DEMO_BUDGET, reason: words.reason });
      await client['demo.start'](DEMO);
    },
  });
  return (
    <Panel title={words.title}>
      <Text mb={4}>{words.why}</Text>
      <Text c="dimmed" fz={13} mb={12}>
        {words.sets}
      </Text>
      {start.isError ? <FailureNotice error={start.error} /> : null}
      <Button
        leftSection={<IconFlask size={16} stroke={1.5} aria-hidden />}
        loading={start.isPending}
        onClick={() => {
          start.mutate();
        }}
      >
        {words.action}
      </Button>
    </Panel>
  );
}

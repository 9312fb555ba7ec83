/** Providers around the app, and the choice between no access, first run and the screens. */
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { type ReactNode, useState } from 'react';
import { type AppState } from '#shared/contract/bank.ts';
import { CommandProvider } from '../commands/registry.tsx';
import { useAsk } from '../queries/ask.ts';
import { BackendProvider, useBackend } from '../queries/backend.tsx';
import { type Host } from '../transport/host.ts';
import { FailureNotice } from '../ui/failure-notice.tsx';
import { theme, variables } from '../ui/theme.ts';
import { FirstRun } from './first-run/first-run.tsx';
import { firstRunStep } from './first-run/steps.ts';
import { NoAccess, Starting } from './shell/no-access.tsx';
import { Shell } from './shell/shell.tsx';

export function App({ host, nonce }: { readonly host: Host; readonly nonce: string }): ReactNode {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
      deduplicateInlineStyles
    >
      <Notifications position="bottom-right" limit={3} />
      <BackendProvider host={host}>
        <CommandProvider>
          <Screens />
        </CommandProvider>
      </BackendProvider>
    </MantineProvider>
  );
}

function Screens(): ReactNode {
  const { connection } = useBackend();
  const state = useAsk('app.state', {});
  if (state.data === undefined) {
    if (connection.kind === 'closed') return <NoAccess />;
    if (state.isError)
      return (
        <Starting>
          <FailureNotice error={state.error} onRetry={() => void state.refetch()} />
        </Starting>
      );
    return <Starting />;
  }
  return <SetUpOrShell state={state.data} />;
}

function SetUpOrShell({ state }: { readonly state: AppState }): ReactNode {
  const privacy = useAsk('privacy.state', {}, { isEnabled: state.bank !== null });
  const [isLater, setLater] = useState(false);
  // Only a bank without a hub may still be in its first run, which the budget decides.
  if (state.bank !== null && state.hub.kind === 'none' && privacy.isPending) return <Starting />;
  const step = firstRunStep(state, privacy.data ?? null);
  if (state.bank === null || (step !== null && !isLater))
    return (
      <FirstRun
        step={step ?? 'identity'}
        onLater={() => {
          setLater(true);
        }}
      />
    );
  return <Shell state={state} bank={state.bank} />;
}

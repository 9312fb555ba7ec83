/** Conditions that last, above the screen: backend lost, hub unreachable, sending blocked, demo running. */
import { Button, Progress } from '@mantine/core';
import { IconAlertTriangle, IconFlask, IconPlugConnectedX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { type AppState, type HubLink } from '#shared/contract/bank.ts';
import { useTell } from '../../queries/ask.ts';
import { useBackend } from '../../queries/backend.tsx';
import { text } from '../../text/en.ts';
import { asFailure, FAILURE_TEXTS, inSentences } from '../../text/failure-texts.ts';
import { Countdown } from '../../ui/countdown.tsx';
import { clockText } from '../../ui/format.ts';
import { toast, toastFailure } from '../../ui/toast.ts';
import { hrefOf } from '../route.ts';
import classes from './shell.module.css';

export function Banners({ state }: { readonly state: AppState }): ReactNode {
  return (
    <div role="region" aria-label="Notices">
      <BackendBanner />
      <BlockedBanner state={state} />
      <HubBanner hub={state.hub} />
      <DemoBanner state={state} />
    </div>
  );
}

function Banner(props: {
  readonly tone: 'warn' | 'bad' | 'info';
  readonly icon: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={classes['banner']} data-tone={props.tone} role="status">
      {props.icon}
      <span className={classes['bannerText']}>{props.children}</span>
      {props.action === undefined ? null : <span className={classes['bannerAction']}>{props.action}</span>}
    </div>
  );
}

function BackendBanner(): ReactNode {
  const { connection } = useBackend();
  if (connection.kind !== 'waiting' && connection.kind !== 'closed') return null;
  const words =
    connection.kind === 'closed'
      ? text.shell.backendClosed
      : text.shell.backendLost(clockText(connection.sinceMs));
  return (
    <Banner tone="bad" icon={<IconPlugConnectedX size={18} stroke={1.5} aria-hidden />}>
      {words}
    </Banner>
  );
}

function BlockedBanner({ state }: { readonly state: AppState }): ReactNode {
  const failure = state.sendingBlocked;
  if (failure === null) return null;
  const { place } = FAILURE_TEXTS[failure.code];
  return (
    <Banner
      tone="bad"
      icon={<IconAlertTriangle size={18} stroke={1.5} aria-hidden />}
      action={
        place === null ? null : (
          <Button size="compact-sm" component="a" href={hrefOf(place.route)}>
            {place.label}
          </Button>
        )
      }
    >
      <strong>{text.shell.sendingBlocked}.</strong> {inSentences(failure)}
    </Banner>
  );
}

function HubBanner({ hub }: { readonly hub: HubLink }): ReactNode {
  const queryClient = useQueryClient();
  if (hub.kind === 'none' || hub.connection.kind !== 'unreachable') return null;
  const { since, retryInMs } = hub.connection;
  const asOf = queryClient.getQueryState(['app.state', {}])?.dataUpdatedAt ?? 0;
  return (
    <Banner
      tone="warn"
      icon={<IconPlugConnectedX size={18} stroke={1.5} aria-hidden />}
      action={
        <Button
          size="compact-sm"
          onClick={() => {
            void queryClient.invalidateQueries();
          }}
        >
          {text.common.retry}
        </Button>
      }
    >
      {text.shell.hubUnreachable(clockText(since))} {text.shell.nextTryIn}{' '}
      <Countdown leftMs={retryInMs} asOf={asOf} />.
    </Banner>
  );
}

function DemoBanner({ state }: { readonly state: AppState }): ReactNode {
  const stop = useTell('demo.stop', () => {
    toast(text.shell.demoStopped);
  });
  const { demo } = state;
  const icon = <IconFlask size={18} stroke={1.5} aria-hidden />;
  switch (demo.kind) {
    case 'off':
      return null;
    case 'failed':
      return (
        <Banner tone="bad" icon={icon}>
          <strong>{text.shell.demoFailed}.</strong> {inSentences(demo.failure)}
        </Banner>
      );
    case 'starting':
      return (
        <Banner
          tone="info"
          icon={icon}
          action={<Progress value={demo.share * 100} w={160} size={6} aria-label={text.shell.demoStarting} />}
        >
          {text.shell.demoStarting}: {demo.phase}
        </Banner>
      );
    case 'running':
      return (
        <Banner
          tone="info"
          icon={icon}
          action={
            <Button
              size="compact-sm"
              loading={stop.isPending}
              onClick={() => {
                stop.mutate(
                  {},
                  {
                    onError: (error) => {
                      toastFailure(asFailure(error));
                    },
                  },
                );
              }}
            >
              {text.shell.demoStop}
            </Button>
          }
        >
          {text.shell.demoRunning(demo.peers)}
        </Banner>
      );
  }
}

/** Overview: the one next step first, then the round, the budget, the model's quality and the hub. */
import { Anchor, Button } from '@mantine/core';
import { type ReactNode } from 'react';
import { type AppState } from '#shared/contract/bank.ts';
import { type RunView } from '#shared/round/round-view.ts';
import { Shortcut } from '../../commands/shortcut.tsx';
import { useCommand } from '../../commands/registry.tsx';
import { useAsk, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { asFailure } from '../../text/failure-texts.ts';
import { EpsilonGauge } from '../../ui/gauge.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel, Part } from '../../ui/panel.tsx';
import { toastFailure } from '../../ui/toast.ts';
import { RoundStrip } from '../rounds/round-strip.tsx';
import { RunScope } from '../rounds/scope-strip.tsx';
import { hrefOf, navigate } from '../route.ts';
import { currentRun } from './current-run.ts';
import { HubPanel } from './hub-panel.tsx';
import { type NextStep, suggestNextStep } from './next-step.ts';
import classes from './overview.module.css';
import { QualityPanel } from './quality-panel.tsx';

export function Overview({ state }: { readonly state: AppState }): ReactNode {
  const data = useAsk('data.summary', {});
  const privacy = useAsk('privacy.state', {});
  const runs = useAsk('runs.list', {});
  const review = useAsk('review.current', {});
  const step = suggestNextStep({
    app: state,
    data: data.data ?? null,
    privacy: privacy.data ?? null,
    runs: runs.data ?? null,
    review: review.data ?? null,
  });
  const current = currentRun(runs.data ?? []);
  return (
    <Page title={text.overview.title}>
      {step === null ? null : <Step step={step} state={state} />}
      {current === null ? null : <RunScope run={current} />}
      <div className={classes['grid']}>
        <div className={classes['column']}>
          <Panel title={text.overview.round} aside={current === null ? undefined : <RunLink run={current} />}>
            <Part query={runs} skeletonRows={3}>
              {(list, asOf) => <CurrentRound run={currentRun(list)} hub={state.hub.kind} asOf={asOf} />}
            </Part>
          </Panel>
          <QualityPanel />
        </div>
        <div className={classes['column']}>
          <Panel
            title={text.overview.budget}
            aside={<Anchor href={hrefOf({ screen: 'privacy' })}>{text.overview.ledger}</Anchor>}
          >
            <Part query={privacy} skeletonRows={2}>
              {({ budget, chargedEpsilon, heldEpsilon }) =>
                budget === null ? (
                  <Button component="a" href={hrefOf({ screen: 'privacy' })}>
                    {text.overview.setBudget}
                  </Button>
                ) : (
                  <EpsilonGauge charged={chargedEpsilon} held={heldEpsilon} budget={budget.epsilon} />
                )
              }
            </Part>
          </Panel>
          <HubPanel state={state} members={current?.members.length ?? null} />
        </div>
      </div>
    </Page>
  );
}

function RunLink({ run }: { readonly run: RunView }): ReactNode {
  return <Anchor href={hrefOf({ screen: 'rounds', runId: run.runId })}>{run.charter.title}</Anchor>;
}

function CurrentRound(props: {
  readonly run: RunView | null;
  readonly hub: AppState['hub']['kind'];
  readonly asOf: number;
}): ReactNode {
  const { run, hub, asOf } = props;
  if (run === null) return <p className={classes['quiet']}>{text.overview.noRun[hub]}</p>;
  return <RoundStrip run={run} asOf={asOf} />;
}

function Step({ step, state }: { readonly step: NextStep; readonly state: AppState }): ReactNode {
  const go = (): void => {
    navigate(step.route);
  };
  useCommand('screen.primary', go);
  return (
    <section className={classes['step']} aria-labelledby="next-step">
      <div className={classes['stepWords']}>
        <span className={classes['kicker']}>{text.overview.nextStep}</span>
        <h2 className={classes['stepTitle']} id="next-step">
          {step.title}
        </h2>
        <p className={classes['stepReason']}>{step.reason}</p>
      </div>
      <div className={classes['stepActions']}>
        {step.name === 'connect' && state.demo.kind === 'off' ? <DemoButton /> : null}
        <Button component="a" href={hrefOf(step.route)} variant={step.name === 'wait' ? 'default' : 'filled'}>
          {step.action}
        </Button>
        <Shortcut of="screen.primary" />
      </div>
    </section>
  );
}

function DemoButton(): ReactNode {
  const start = useTell('demo.start');
  return (
    <Button
      loading={start.isPending}
      onClick={() => {
        start.mutate(
          { peers: 4, seed: 1 },
          {
            onError: (error) => {
              toastFailure(asFailure(error));
            },
          },
        );
      }}
    >
      {text.overview.steps.connect.other}
    </Button>
  );
}

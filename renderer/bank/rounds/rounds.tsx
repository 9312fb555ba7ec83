/** Rounds: the runs of the consortium, the chosen run's round, its cost, and what was agreed. */
import { Button } from '@mantine/core';
import { IconActivity } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type RunId } from '#shared/ids.ts';
import { type RunView } from '#shared/round/round-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Columns, Page, Stacked } from '../../ui/page.tsx';
import { Panel, Part } from '../../ui/panel.tsx';
import { currentRun } from '../overview/current-run.ts';
import { hrefOf } from '../route.ts';
import { CharterPanel } from './charter-panel.tsx';
import { CostPanel } from './cost-panel.tsx';
import { MembersPanel } from './members-panel.tsx';
import { ModelsPanel } from './models-panel.tsx';
import { HistoryPanel } from './history-panel.tsx';
import { LeaveButton, RoundActions, StopTrainingButton } from './round-actions.tsx';
import { RoundStrip } from './round-strip.tsx';
import { RunsPanel } from './runs-panel.tsx';
import { RunScope } from './scope-strip.tsx';

export function Rounds({ runId }: { readonly runId: RunId | null }): ReactNode {
  const runs = useAsk('runs.list', {});
  return (
    <Page title={text.rounds.title} about={text.rounds.about}>
      <Part query={runs} skeletonRows={8}>
        {(list, asOf) => <Runs runs={list} runId={runId} asOf={asOf} />}
      </Part>
    </Page>
  );
}

interface RunsProps {
  readonly runs: readonly RunView[];
  readonly runId: RunId | null;
  readonly asOf: number;
}

function Runs({ runs, runId, asOf }: RunsProps): ReactNode {
  const app = useAsk('app.state', {});
  const run = runs.find((one) => one.runId === runId) ?? currentRun(runs);
  if (run === null) {
    const hasHub = app.data?.hub.kind === 'joined';
    return (
      <EmptyState
        icon={IconActivity}
        title={text.rounds.emptyTitle}
        why={hasHub ? text.rounds.emptyWhy : text.rounds.emptyNoHub}
      >
        {hasHub ? null : (
          <Button component="a" variant="filled" href={hrefOf({ screen: 'settings', section: 'hub' })}>
            {text.rounds.emptyAction}
          </Button>
        )}
      </EmptyState>
    );
  }
  return (
    <Stacked>
      {runs.length > 1 ? <RunsPanel runs={runs} chosen={run.runId} /> : null}
      <RunDetail run={run} asOf={asOf} />
      <RoundActions run={run} />
    </Stacked>
  );
}

function RunDetail({ run, asOf }: { readonly run: RunView; readonly asOf: number }): ReactNode {
  return (
    <>
      <RunScope run={run} />
      {run.obstacle === null || run.joined ? null : <FailureNotice failure={run.obstacle} tone="warn" />}
      <Panel title={run.charter.title} aside={run.joined ? <LeaveButton run={run} /> : text.rounds.notJoined}>
        <RoundStrip
          run={run}
          asOf={asOf}
          trainingAction={run.round === null ? undefined : <StopTrainingButton roundId={run.round.roundId} />}
        />
      </Panel>
      {run.joined ? <HistoryPanel runId={run.runId} /> : null}
      <ModelsPanel runId={run.runId} />
      <Columns>
        <CharterPanel run={run} />
        <Stacked>
          <CostPanel run={run} />
          <MembersPanel run={run} />
        </Stacked>
      </Columns>
    </>
  );
}

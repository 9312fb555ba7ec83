/** No update waits: why, and what would bring one. */
import { Button } from '@mantine/core';
import { IconFileCheck } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type RunView } from '#shared/round/round-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { roundNumber } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { currentRun } from '../overview/current-run.ts';
import { hrefOf } from '../route.ts';

const words = text.review;

/** What stands between the bank and its next update. */
export function whyNothing(run: Pick<RunView, 'joined' | 'status' | 'round' | 'committed'> | null): string {
  if (run?.status !== 'open' || !run.joined) return words.emptyWhy;
  if (run.round === null) return words.emptyBetween(roundNumber(run.committed));
  const round = roundNumber(run.round.index);
  const { kind } = run.round.participation;
  if (kind === 'training') return words.emptyTraining(round);
  if (run.round.phase === 'training' && (kind === 'joined' || kind === 'stopped'))
    return words.emptyTrain(round);
  return words.emptyBetween(run.round.phase === 'published' ? round + 1 : round);
}

export function NothingToReview(): ReactNode {
  const runs = useAsk('runs.list', {});
  const run = currentRun(runs.data ?? []);
  return (
    <Page title={words.title}>
      <EmptyState icon={IconFileCheck} title={words.emptyTitle} why={whyNothing(run)}>
        <Button
          component="a"
          variant="filled"
          href={hrefOf({ screen: 'rounds', runId: run === null ? null : run.runId })}
        >
          {words.emptyAction}
        </Button>
      </EmptyState>
    </Page>
  );
}

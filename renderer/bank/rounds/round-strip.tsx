/** One round on a line: which, how long, how many, and this bank's part from offered to completed. */
import { VisuallyHidden } from '@mantine/core';
import { type ReactNode } from 'react';
import { type ParticipationView, type RoundView, type RunView } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { Countdown } from '../../ui/countdown.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { roundNumber } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import classes from './round-strip.module.css';
import { runWords, STAGES, standingOf } from './stages.ts';

export interface RoundStripProps {
  readonly run: RunView;
  readonly asOf: number;
  /** Placed beside the training's progress. */
  readonly trainingAction?: ReactNode;
}

export function RoundStrip({ run, asOf, trainingAction }: RoundStripProps): ReactNode {
  const { round } = run;
  if (round === null)
    return (
      <div className={classes['strip']}>
        <span className={classes['round']}>{text.rounds.committed(run.committed, run.planned)}</span>
        <p className={classes['quiet']}>{runWords(run)}</p>
      </div>
    );
  return (
    <div className={classes['strip']}>
      <RoundHead run={run} round={round} asOf={asOf} />
      <Timeline participation={round.participation} />
      <PartDetail participation={round.participation} action={trainingAction} />
    </div>
  );
}

function RoundHead(props: {
  readonly run: RunView;
  readonly round: RoundView;
  readonly asOf: number;
}): ReactNode {
  const { run, round, asOf } = props;
  const { quorum } = run.charter.participation;
  return (
    <>
      <div className={classes['head']}>
        <span className={classes['round']}>{text.rounds.roundOf(roundNumber(round.index), run.planned)}</span>
        <StatusBadge tone={round.phase === 'failed' ? 'bad' : 'info'}>
          {text.rounds.phases[round.phase]}
        </StatusBadge>
        {round.closesInMs === null ? null : (
          <span className={classes['closes']}>
            {text.rounds.closesIn}{' '}
            <strong>
              <Countdown leftMs={round.closesInMs} asOf={asOf} />
            </strong>
          </span>
        )}
      </div>
      <p className={classes['quiet']}>
        {text.rounds.received(round.received, quorum, round.cohort)}
        {round.reason === null ? '' : ` · ${round.reason}`}
      </p>
    </>
  );
}

function Timeline({ participation }: { readonly participation: ParticipationView }): ReactNode {
  const { reached, isEnd } = standingOf(participation);
  const stateOf = (index: number): 'done' | 'now' | 'end' | 'open' => {
    if (index < reached || participation.kind === 'completed') return 'done';
    if (index > reached) return 'open';
    return isEnd ? 'end' : 'now';
  };
  const words = {
    done: text.rounds.stageDone,
    now: text.rounds.stageNow,
    end: text.rounds.stageNow,
    open: text.rounds.stageOpen,
  };
  return (
    <ol className={classes['timeline']}>
      {STAGES.map((stage, index) => (
        <li
          key={stage}
          className={classes['stage']}
          data-state={stateOf(index)}
          aria-current={index === reached ? 'step' : undefined}
        >
          <span>
            {text.rounds.stages[stage]}
            <VisuallyHidden>, {words[stateOf(index)]}</VisuallyHidden>
          </span>
        </li>
      ))}
    </ol>
  );
}

function PartDetail(props: {
  readonly participation: ParticipationView;
  readonly action: ReactNode;
}): ReactNode {
  const { participation, action } = props;
  const { words } = standingOf(participation);
  if (participation.kind === 'training') {
    const { phase, share, secondsLeft } = participation.progress;
    return <Progress phase={phase} share={share} secondsLeft={secondsLeft} action={action} />;
  }
  if (participation.kind === 'stopped' || participation.kind === 'refused')
    return <FailureNotice failure={participation.failure} />;
  return <p className={classes['words']}>{words}</p>;
}

/** A running release scope: rounds sent, ε taken of what was set aside, every figure against its limit, and Stop. */
import { Button } from '@mantine/core';
import { type ReactNode } from 'react';
import { type RunView, type ScopeView } from '#shared/round/round-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { asFailure } from '../../text/failure-texts.ts';
import { epsilonSpent, figure, roundNumber } from '../../ui/format.ts';
import { EpsilonBar } from '../../ui/gauge.tsx';
import { toast, toastFailure } from '../../ui/toast.ts';
import { LimitLine } from './limit-line.tsx';
import { type ScopeFigureRow, scopeFigureRows } from './scope-figures.ts';
import classes from './scope-strip.module.css';

const words = text.rounds.scope;

/** A scope that ran to its end, or whose run is over, has nothing to say any more. */
export function isScopeShown({ scope, status }: Pick<RunView, 'scope' | 'status'>): boolean {
  return scope !== null && scope.state.kind !== 'ended' && status === 'open';
}

export function RunScope({ run }: { readonly run: RunView }): ReactNode {
  if (run.scope === null || !isScopeShown(run)) return null;
  return <ScopeStrip scope={run.scope} title={run.charter.title} />;
}

function ScopeStrip({ scope, title }: { readonly scope: ScopeView; readonly title: string }): ReactNode {
  return (
    <section className={classes['strip']} aria-label={words.title(title)}>
      <div className={classes['head']}>
        <h2 className={classes['title']}>{words.title(title)}</h2>
        <span>{words.progress(scope.sent, scope.rounds)}</span>
        <span>{words.charged(epsilonSpent(scope.epsilonCharged), epsilonSpent(scope.epsilonHeld))}</span>
        <span>{words.source[scope.source]}</span>
        {scope.state.kind === 'running' ? <StopButton scope={scope} /> : null}
      </div>
      <EpsilonBar charged={scope.epsilonCharged} more={0} moreIs="held" budget={scope.epsilonHeld} />
      <StateWords scope={scope} />
      <div className={classes['figures']}>
        {scopeFigureRows(scope).map((row) => (
          <FigureRow key={row.name} row={row} />
        ))}
      </div>
    </section>
  );
}

function StopButton({ scope }: { readonly scope: ScopeView }): ReactNode {
  const stop = useTell('scope.stop', () => {
    toast(words.stopped);
  });
  return (
    <Button
      className={classes['action']}
      loading={stop.isPending}
      onClick={() => {
        stop.mutate(
          { runId: scope.runId },
          {
            onError: (error) => {
              toastFailure(asFailure(error));
            },
          },
        );
      }}
    >
      {words.stop}
    </Button>
  );
}

function StateWords({ scope: { state } }: { readonly scope: ScopeView }): ReactNode {
  switch (state.kind) {
    case 'running':
      return null;
    case 'ended':
      return <span>{words.ended}</span>;
    case 'stopped-by-person':
      return <span>{words.stoppedByPerson}</span>;
    case 'stopped-by-limit':
      return (
        <span className={classes['outside']} role="alert">
          {words.stoppedByLimit({
            figure: state.figure,
            value: figure(state.value, 3),
            limit: figure(state.limit, 3),
            round: roundNumber(state.index),
          })}
        </span>
      );
  }
}

function FigureRow({ row }: { readonly row: ScopeFigureRow }): ReactNode {
  return (
    <div className={classes['figure']}>
      <span className={classes['name']}>
        {row.name}
        <strong className={row.isOutside ? classes['outside'] : undefined}>{row.last}</strong>
      </span>
      {row.values.length > 1 ? (
        <LimitLine values={row.values} limits={row.limits} isOutside={row.isOutside} />
      ) : null}
      <span className={classes['limit']}>{row.limit}</span>
    </div>
  );
}

/** What is in the store: figures, fraud rate by day, features, imports. */
import { Button } from '@mantine/core';
import { IconDatabaseImport } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type DataSummary } from '#shared/features/data-view.ts';
import { Shortcut } from '../../commands/shortcut.tsx';
import { useCommand } from '../../commands/registry.tsx';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { BarFigure } from '../../ui/charts.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { count, dayText, percent } from '../../ui/format.ts';
import { Page, Stacked } from '../../ui/page.tsx';
import { Frame, Part } from '../../ui/panel.tsx';
import { hrefOf, navigate } from '../route.ts';
import classes from './data.module.css';
import { dayRates } from './day-rates.ts';
import { FeaturesPanel } from './features-panel.tsx';
import { ImportsPanel } from './imports-panel.tsx';

const words = text.data;
const toImport = { screen: 'data', view: 'import' } as const;

export function DataSummaryPage(): ReactNode {
  const summary = useAsk('data.summary', {});
  useCommand('screen.primary', () => {
    navigate(toImport);
  });
  const isEmpty = summary.data?.rows === 0 && summary.data.imports.length === 0;
  return (
    <Page
      title={words.title}
      about={words.about}
      actions={
        isEmpty ? undefined : (
          <>
            <Button component="a" href={hrefOf({ screen: 'data', view: 'transactions' })}>
              {words.views.transactions}
            </Button>
            <Button component="a" href={hrefOf(toImport)} variant="filled">
              {words.import}
            </Button>
          </>
        )
      }
    >
      <Part query={summary} skeletonRows={8}>
        {(data) => (isEmpty ? <Empty /> : <Summary data={data} />)}
      </Part>
    </Page>
  );
}

function Empty(): ReactNode {
  return (
    <EmptyState
      icon={IconDatabaseImport}
      title={words.emptyTitle}
      why={words.emptyWhy}
      where={
        <>
          {words.emptyWhere} <Shortcut of="data.import" />
        </>
      }
    >
      <Button component="a" href={hrefOf(toImport)} variant="filled">
        {words.import}
      </Button>
    </EmptyState>
  );
}

function Summary({ data }: { readonly data: DataSummary }): ReactNode {
  return (
    <Stacked>
      <Figures data={data} />
      <Frame isPadded>
        <RateBars data={data} />
      </Frame>
      <FeaturesPanel features={data.features} />
      <ImportsPanel imports={data.imports} />
    </Stacked>
  );
}

function Figures({ data }: { readonly data: DataSummary }): ReactNode {
  const span =
    data.firstAt === null || data.lastAt === null
      ? '–'
      : `${dayText(data.firstAt)} – ${dayText(data.lastAt)}`;
  const figures = [
    { name: words.figures.rows, value: count(data.rows) },
    { name: words.figures.frauds, value: count(data.frauds) },
    { name: words.figures.rate, value: data.rows === 0 ? '–' : percent(data.frauds / data.rows, 2) },
    { name: words.figures.labelled, value: data.rows === 0 ? '–' : percent(data.labelled / data.rows, 1) },
    { name: words.figures.accounts, value: count(data.accounts) },
    { name: words.figures.terminals, value: count(data.terminals) },
    { name: words.figures.span, value: span, isSmall: true },
  ];
  return (
    <dl className={classes['figures']}>
      {figures.map(({ name, value, isSmall }) => (
        <div key={name} className={classes['figure']}>
          <dt>{name}</dt>
          <dd className={isSmall === true ? classes['small'] : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function RateBars({ data }: { readonly data: DataSummary }): ReactNode {
  const rates = dayRates(data);
  if (rates === null) return <p className={classes['quiet']}>{words.emptyTitle}</p>;
  return (
    <BarFigure
      title={words.byDay}
      sentence={words.byDaySentence(
        percent(rates.overall, 2),
        percent(rates.lowest, 2),
        percent(rates.highest, 2),
      )}
      points={rates.days.map(({ day, rate }) => ({ day, rate }))}
      x={{ key: 'day', header: words.day, format: (value) => dayText(String(value)) }}
      series={[{ name: 'rate', label: words.byDayRate, color: 'var(--chart-bank)' }]}
      format={(value) => percent(value, 1)}
      height={200}
    />
  );
}

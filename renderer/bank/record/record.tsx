/** The review record: one page, on the screen as it will be on paper, about one update and what was decided of it. */
import { Anchor, Button } from '@mantine/core';
import { IconFileOff, IconPrinter } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type UpdateId } from '#shared/ids.ts';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { useNow } from '../../ui/clock.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Facts } from '../../ui/facts.tsx';
import { momentText, roundNumber } from '../../ui/format.ts';
import { HashText } from '../../ui/hash-text.tsx';
import { Page } from '../../ui/page.tsx';
import { Part } from '../../ui/panel.tsx';
import { LeakTests } from '../leaks/leak-tests.tsx';
import { shownChecks } from '../review/checks.tsx';
import { figureFacts } from '../review/summary-tab.tsx';
import { hrefOf } from '../route.ts';
import { decisionFacts, privacyFacts, updateFacts } from './record-facts.tsx';
import classes from './record.module.css';
import { RecordSignatures } from './record-signatures.tsx';

const words = text.record;
const MINUTE_MS = 60_000;

export interface ReviewRecordProps {
  readonly updateId: UpdateId;
  /** Of the app, for the foot. */
  readonly version: string;
}

export function ReviewRecord({ updateId, version }: ReviewRecordProps): ReactNode {
  const review = useAsk('review.current', { updateId });
  return (
    <Page
      title={words.title}
      about={
        <Anchor href={hrefOf({ screen: 'review', updateId })} data-print="no">
          {words.back}
        </Anchor>
      }
      actions={
        <Button
          leftSection={<IconPrinter size={16} stroke={1.5} aria-hidden />}
          data-print="no"
          onClick={() => {
            window.print();
          }}
        >
          {words.print}
        </Button>
      }
    >
      <Part query={review} skeletonRows={12}>
        {(view) =>
          view === null ? (
            <EmptyState icon={IconFileOff} title={words.title} why={words.missing} />
          ) : (
            <Sheet view={view} version={version} />
          )
        }
      </Part>
    </Page>
  );
}

function Sheet({ view, version }: { readonly view: ReviewView; readonly version: string }): ReactNode {
  const now = useNow(MINUTE_MS);
  return (
    <article className={classes['sheet']}>
      <header className={classes['head']}>
        <p>
          {view.destination.consortium} · {view.destination.runTitle} ·{' '}
          {text.rounds.roundOf(roundNumber(view.roundIndex), view.rounds)}
        </p>
      </header>
      <Section title={words.decision}>
        {view.decision === null ? <p>{words.draft}</p> : null}
        <Facts facts={decisionFacts(view)} />
      </Section>
      <Section title={words.signatures}>
        <RecordSignatures view={view} />
      </Section>
      <Section title={words.update}>
        <Facts facts={updateFacts(view)} />
      </Section>
      <Section title={words.privacy}>
        <Facts facts={privacyFacts(view)} />
      </Section>
      <Section title={words.figures}>
        <Facts facts={figureFacts(view).map(({ name, value }) => ({ name, value }))} />
      </Section>
      <Section title={words.checks}>
        <RecordChecks view={view} />
      </Section>
      <Section title={words.leaks}>
        <Leaks view={view} />
      </Section>
      <footer className={classes['foot']}>{words.foot(version, momentText(now))}</footer>
    </article>
  );
}

/** Checks are computed while an update waits; a decided one has none. */
function RecordChecks({ view }: { readonly view: ReviewView }): ReactNode {
  if (view.checks.length === 0) return <p>{words.noChecks}</p>;
  return (
    <ul className={classes['checks']}>
      {shownChecks(view.checks).map(({ id, level, title, detail }) => (
        <li key={id}>
          <strong>
            {text.review.levels[level]}: {title}
          </strong>
          {' · '}
          <HashText>{detail}</HashText>
        </li>
      ))}
    </ul>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <section className={classes['section']}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Leaks({ view }: { readonly view: ReviewView }): ReactNode {
  const leaks = useAsk('leaks.state', { updateId: view.updateId });
  return (
    <Part query={leaks} skeletonRows={3}>
      {(state) =>
        state.kind === 'done' && state.report.payloadHash === view.digest ? (
          <LeakTests tests={state.report.tests} />
        ) : (
          <p>{words.noLeaks}</p>
        )
      }
    </Part>
  );
}

/** The frame around every screen: skip link, navigation, banners, the screen, palette and shortcut sheet. */
import { type ReactNode } from 'react';
import { type AppState } from '#shared/contract/bank.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Audit } from '../audit/audit.tsx';
import { DataScreen } from '../data/data-screen.tsx';
import { Overview } from '../overview/overview.tsx';
import { Privacy } from '../privacy/privacy.tsx';
import { ReviewRecord } from '../record/record.tsx';
import { Review } from '../review/review.tsx';
import { type Route, useRoute } from '../route.ts';
import { Rounds } from '../rounds/rounds.tsx';
import { Settings } from '../settings/settings.tsx';
import { Banners } from './banners.tsx';
import { Commands } from './commands.tsx';
import { Navigation } from './navigation.tsx';
import { ScreenBoundary } from './screen-boundary.tsx';
import classes from './shell.module.css';

export interface ShellProps {
  readonly state: AppState;
  readonly bank: NonNullable<AppState['bank']>;
}

export function Shell({ state, bank }: ShellProps): ReactNode {
  const route = useRoute();
  const review = useAsk('review.current', {});
  const waits = review.data?.state.kind === 'waiting';
  return (
    <>
      <a
        className={classes['skip']}
        href={window.location.hash}
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        {text.shell.skip}
      </a>
      <div className={classes['frame']}>
        <Navigation state={state} bank={bank} route={route} isUpdateWaiting={waits} />
        <div className={classes['main']}>
          <Banners state={state} />
          <main className={classes['content']} id="content" tabIndex={-1}>
            <ScreenBoundary key={route.screen}>
              <div className={classes['screen']}>
                <Screen route={route} state={state} />
              </div>
            </ScreenBoundary>
          </main>
        </div>
      </div>
      <Commands state={state} review={review.data ?? null} />
    </>
  );
}

function Screen({ route, state }: { readonly route: Route; readonly state: AppState }): ReactNode {
  switch (route.screen) {
    case 'overview':
      return <Overview state={state} />;
    case 'data':
      return <DataScreen route={route} />;
    case 'rounds':
      return <Rounds runId={route.runId} />;
    case 'review':
      return <Review updateId={route.updateId} />;
    case 'record':
      return <ReviewRecord updateId={route.updateId} version={state.version} />;
    case 'privacy':
      return <Privacy />;
    case 'audit':
      return <Audit />;
    case 'settings':
      return <Settings state={state} section={route.section} />;
  }
}

/** Left navigation: only screens that exist, the waiting update's count, and the hub and bank at its foot. */
import { VisuallyHidden } from '@mantine/core';
import {
  IconActivity,
  IconDatabase,
  IconFileCheck,
  IconHistory,
  IconLayoutDashboard,
  IconPlugConnected,
  IconPlugConnectedX,
  IconSettings,
  IconShieldLock,
  type TablerIcon,
} from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type AppState, type HubLink } from '#shared/contract/bank.ts';
import { shortcutOfCommand } from '../../commands/shortcut.tsx';
import { text } from '../../text/en.ts';
import { hrefOf, type Route, type ScreenName } from '../route.ts';
import { hubWord } from './hub-word.ts';
import { Mark } from './mark.tsx';
import classes from './shell.module.css';

interface Place {
  readonly route: Exclude<Route, { readonly screen: 'record' }>;
  readonly icon: TablerIcon;
}

const places: readonly Place[] = [
  { route: { screen: 'overview' }, icon: IconLayoutDashboard },
  { route: { screen: 'data', view: 'summary' }, icon: IconDatabase },
  { route: { screen: 'rounds', runId: null }, icon: IconActivity },
  { route: { screen: 'review', updateId: null }, icon: IconFileCheck },
  { route: { screen: 'privacy' }, icon: IconShieldLock },
  { route: { screen: 'audit' }, icon: IconHistory },
  { route: { screen: 'settings', section: 'bank' }, icon: IconSettings },
];

export interface NavigationProps {
  readonly state: AppState;
  readonly bank: NonNullable<AppState['bank']>;
  readonly route: Route;
  readonly isUpdateWaiting: boolean;
}

export function Navigation({ state, bank, route, isUpdateWaiting }: NavigationProps): ReactNode {
  return (
    <nav className={classes['navigation']} aria-label={text.shell.navigation}>
      <div className={classes['mark']}>
        <Mark size={22} />
        <span className={classes['word']}>Parley</span>
      </div>
      {places.map((place) => (
        <PlaceLink
          key={place.route.screen}
          place={place}
          isCurrent={place.route.screen === screenOf(route)}
          isWaiting={place.route.screen === 'review' && isUpdateWaiting}
        />
      ))}
      <div className={classes['foot']}>
        <HubState hub={state.hub} />
        <div className={classes['word']}>
          <div className={classes['bank']}>{bank.name}</div>
          <div className={classes['analyst']}>{bank.analyst}</div>
        </div>
      </div>
    </nav>
  );
}

function PlaceLink(props: {
  readonly place: Place;
  readonly isCurrent: boolean;
  readonly isWaiting: boolean;
}): ReactNode {
  const { route, icon: Icon } = props.place;
  const name = text.shell.screens[route.screen];
  return (
    <a
      className={classes['link']}
      href={hrefOf(route)}
      aria-current={props.isCurrent ? 'page' : undefined}
      title={`${name}  ${shortcutOfCommand(commandOfScreen[route.screen]) ?? ''}`}
    >
      <Icon size={18} stroke={1.5} aria-hidden />
      <span className={classes['word']}>{name}</span>
      {props.isWaiting ? (
        <span className={classes['waiting']}>
          <span aria-hidden>1</span>
          <VisuallyHidden>{text.shell.waitingForReview}</VisuallyHidden>
        </span>
      ) : null}
    </a>
  );
}

const commandOfScreen = {
  overview: 'go.overview',
  data: 'go.data',
  rounds: 'go.rounds',
  review: 'go.review',
  privacy: 'go.privacy',
  audit: 'go.audit',
  settings: 'go.settings',
} as const satisfies Record<Place['route']['screen'], string>;

/** A record is read under Review. */
function screenOf({ screen }: Route): ScreenName {
  return screen === 'record' ? 'review' : screen;
}

function HubState({ hub }: { readonly hub: HubLink }): ReactNode {
  const { word, tone } = hubWord(hub);
  const Icon = tone === 'good' ? IconPlugConnected : IconPlugConnectedX;
  return (
    <div className={classes['hub']} data-tone={tone} title={word}>
      <Icon size={16} stroke={1.5} aria-hidden />
      <span className={classes['word']}>{word}</span>
    </div>
  );
}

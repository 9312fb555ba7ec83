/** Where the reader is, as a hash: `#/rounds/run_…`. Ids are parsed; anything unknown leads to the overview, never to an action. */
import { useSyncExternalStore } from 'react';
import { ImportId, RunId, UpdateId } from '#shared/ids.ts';

export const SETTINGS_SECTIONS = [
  'bank',
  'hub',
  'policy',
  'reviewers',
  'engine',
  'appearance',
  'shortcuts',
  'files',
] as const;
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

export type Route =
  | { readonly screen: 'overview' }
  | { readonly screen: 'data'; readonly view: 'summary' | 'transactions' | 'import' }
  | { readonly screen: 'data'; readonly view: 'import-result'; readonly importId: ImportId }
  | { readonly screen: 'rounds'; readonly runId: RunId | null }
  | { readonly screen: 'review'; readonly updateId: UpdateId | null }
  | { readonly screen: 'record'; readonly updateId: UpdateId }
  | { readonly screen: 'privacy' }
  | { readonly screen: 'audit' }
  | { readonly screen: 'settings'; readonly section: SettingsSection };

export type ScreenName = Route['screen'];

const overview: Route = { screen: 'overview' };

export function parseRoute(hash: string): Route {
  const [screen = '', first, second] = hash.replace(/^#?\/?/, '').split('/');
  switch (screen) {
    case 'data':
      return parseData(first, second);
    case 'rounds':
      return { screen, runId: RunId.safeParse(first).data ?? null };
    case 'review':
      return parseReview(first, second);
    case 'privacy':
    case 'audit':
      return { screen };
    case 'settings':
      return { screen, section: SETTINGS_SECTIONS.find((section) => section === first) ?? 'bank' };
    default:
      return overview;
  }
}

function parseData(view: string | undefined, id: string | undefined): Route {
  if (view === 'transactions' || view === 'import') return { screen: 'data', view };
  const importId = view === 'imports' ? ImportId.safeParse(id).data : undefined;
  if (importId !== undefined) return { screen: 'data', view: 'import-result', importId };
  return { screen: 'data', view: 'summary' };
}

function parseReview(id: string | undefined, view: string | undefined): Route {
  const updateId = UpdateId.safeParse(id).data ?? null;
  if (updateId !== null && view === 'record') return { screen: 'record', updateId };
  return { screen: 'review', updateId };
}

export function hrefOf(route: Route): string {
  return `#/${pathOf(route)}`;
}

function pathOf(route: Route): string {
  switch (route.screen) {
    case 'overview':
    case 'privacy':
    case 'audit':
      return route.screen;
    case 'data':
      if (route.view === 'import-result') return `data/imports/${route.importId}`;
      return route.view === 'summary' ? 'data' : `data/${route.view}`;
    case 'rounds':
      return route.runId === null ? 'rounds' : `rounds/${route.runId}`;
    case 'review':
      return route.updateId === null ? 'review' : `review/${route.updateId}`;
    case 'record':
      return `review/${route.updateId}/record`;
    case 'settings':
      return `settings/${route.section}`;
  }
}

export function navigate(route: Route): void {
  window.location.hash = hrefOf(route);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => {
    window.removeEventListener('hashchange', listener);
  };
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  return parseRoute(hash);
}

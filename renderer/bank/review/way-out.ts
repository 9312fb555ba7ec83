/** Where the next step of a check is done: elsewhere on this page, on another screen, or nowhere but in words. */
import { type ReviewCheck } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { type Route } from '../route.ts';

export type WayOut =
  | { readonly kind: 'leaks'; readonly label: string }
  | { readonly kind: 'tab'; readonly label: string; readonly tab: keyof typeof text.review.tabs }
  | { readonly kind: 'place'; readonly label: string; readonly route: Route };

const words = text.review.waysOut;
const place = (label: string, route: Route): WayOut => ({ kind: 'place', label, route });
const privacy = place(words.privacy, { screen: 'privacy' });
const data = place(words.data, { screen: 'data', view: 'summary' });
const policy = place(words.policy, { screen: 'settings', section: 'policy' });
const files = place(words.files, { screen: 'settings', section: 'files' });
const rounds = place(words.rounds, { screen: 'rounds', runId: null });
const history: WayOut = { kind: 'tab', label: words.compare, tab: 'history' };
const wire: WayOut = { kind: 'tab', label: words.wire, tab: 'wire' };

const WAYS: Readonly<Record<string, WayOut>> = {
  digest: files,
  layout: wire,
  finite: data,
  base: rounds,
  sums: rounds,
  model: history,
  noise: history,
  history,
  cost: privacy,
  budget: privacy,
  policy,
  cohort: rounds,
  tier: rounds,
  deadline: rounds,
  charter: rounds,
};

/** Leak tests come among the checks too; those that found nothing are told in their own panel only. */
export const LEAK_CHECK = 'leak-';

const leaks: WayOut = { kind: 'leaks', label: words.leaks };

/** null for a check that passed, or whose words say all there is to do. */
export function wayOut({ id, level }: Pick<ReviewCheck, 'id' | 'level'>): WayOut | null {
  if (level === 'pass') return null;
  return id.startsWith(LEAK_CHECK) ? leaks : (WAYS[id] ?? null);
}

/** Every screen in every state: no accessibility fault in light and dark, nothing lost when small, no fault in the console. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from 'playwright/test';
import { importId, updateId } from './fixtures/ids.ts';
import { ROUND } from './fixtures/views.ts';
import { openScreen, type Screen } from './fixtures/screen.ts';
import type { ScenarioName } from './fixtures/scenarios.ts';

const SETTINGS = ['bank', 'hub', 'policy', 'reviewers', 'engine', 'appearance', 'shortcuts', 'files'].map(
  (name) => `settings/${name}`,
);
const RECORD = `review/${updateId(ROUND)}/record`;
const ALL = [
  'overview',
  'data',
  'data/transactions',
  'data/import',
  `data/imports/${importId(1)}`,
  'rounds',
  'review',
  RECORD,
  'privacy',
  'audit',
  ...SETTINGS,
] as const;

const LOOKS: Readonly<Record<ScenarioName, readonly string[]>> = {
  'first-run': ['overview'],
  empty: [
    'overview',
    'data',
    'data/transactions',
    'rounds',
    'review',
    'privacy',
    'audit',
    'settings/hub',
    'settings/reviewers',
    'settings/files',
  ],
  loading: [
    'overview',
    'data',
    'rounds',
    'review',
    RECORD,
    'privacy',
    'audit',
    'settings/policy',
    'settings/reviewers',
  ],
  error: [
    'overview',
    'data',
    'rounds',
    'review',
    RECORD,
    'privacy',
    'audit',
    'settings/policy',
    'settings/reviewers',
  ],
  full: ALL,
  'review-counting-down': ['overview', 'rounds', 'review'],
  'review-sending': ['review'],
  'review-sent': ['overview', 'review'],
  'review-late': ['review'],
  'review-withheld': ['review'],
  'review-discarded': ['review'],
  'review-changed': ['review'],
  'review-blocked': ['review'],
  'review-first': ['review'],
  'review-none': ['overview', 'rounds'],
  training: ['overview', 'rounds'],
  stopped: ['overview', 'rounds'],
  published: ['overview', 'rounds'],
  'not-joined': ['overview', 'rounds'],
  obstacle: ['overview', 'rounds'],
  'hub-unreachable': ['overview', 'rounds', 'settings/hub'],
  'ledger-broken': ['overview', 'review', 'privacy'],
  'scope-running': ['overview', 'rounds', 'settings/policy'],
  'scope-stopped': ['overview', 'rounds'],
  'import-running': ['data', `data/imports/${importId(3)}`],
  demo: ['overview'],
  'key-unencrypted': ['settings/bank'],
  'review-two': ['review', 'settings/reviewers', 'settings/policy'],
  'review-signed-once': ['review'],
  'review-signed-twice': ['review', RECORD],
  'review-by-scope': ['review', RECORD],
  'leaks-none': ['review'],
  'leaks-running': ['review'],
  'leaks-stopped': ['review'],
  'leaks-failed': ['review'],
  'leaks-found': ['review', RECORD],
  'ledger-rolled-back': ['review', 'privacy'],
  'account-unit': ['review', 'privacy'],
  'audit-broken': ['audit'],
  'waiting-for-approval': ['overview', 'rounds', 'settings/hub'],
  'scope-ended': ['overview', 'rounds'],
};

/** In dark only what depends on colour is looked at again. */
async function faults(page: Page, colorScheme: 'light' | 'dark'): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
  const limited =
    colorScheme === 'light'
      ? axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
      : axe.withRules(['color-contrast', 'link-in-text-block']);
  const { violations } = await limited.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, any }) => `${id}: ${target.join(' ')} ${any.map(({ message }) => message).join('; ')}`,
    ),
  );
}

async function eachLook(
  screen: Screen,
  routes: readonly string[],
  look: (route: string) => Promise<void>,
): Promise<void> {
  for (const route of routes) {
    await screen.go(route);
    await look(route);
  }
}

for (const [scenario, routes] of Object.entries(LOOKS)) {
  test(`${scenario}: no accessibility fault in light or dark, nothing in the console`, async ({ page }) => {
    test.setTimeout(120_000);
    const screen = await openScreen(page, scenario);
    const found: string[] = [];
    await eachLook(screen, routes, async (route) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const fault of await faults(page, colorScheme))
          found.push(`${route} (${colorScheme}): ${fault}`);
      }
    });
    expect(found).toEqual([]);
    expect(screen.complaints()).toEqual([]);
    await screen.close();
  });
}

/** What sticks out of the window to the right without anything that scrolls to it. */
async function cutOff(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (element: Element | null): boolean =>
      element !== null &&
      element !== document.documentElement &&
      (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    return [...document.querySelectorAll('main *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1 && !scrolls(element))
      .map((element) => `${element.tagName} ${element.textContent.slice(0, 40)}`);
  });
}

/** What is looked at in small windows: every screen, and the states that hold more than usual. */
const NARROW: Readonly<Partial<Record<ScenarioName, readonly string[]>>> = {
  full: ALL,
  'review-signed-once': ['review', 'settings/policy'],
  'leaks-failed': ['review'],
  'review-blocked': ['review'],
  'ledger-rolled-back': ['privacy'],
  'audit-broken': ['audit'],
  'scope-stopped': ['overview'],
};

for (const [name, size] of [
  ['900 × 600', { width: 900, height: 600 }],
  ['400 % zoom of 1280 × 800', { width: 320, height: 200 }],
] as const) {
  for (const [scenario, routes] of Object.entries(NARROW)) {
    test(`${scenario}: at ${name} nothing is cut off`, async ({ page }) => {
      await page.setViewportSize(size);
      const screen = await openScreen(page, scenario);
      const wide: string[] = [];
      await eachLook(screen, routes, async (route) => {
        for (const element of await cutOff(page)) wide.push(`${route}: ${element}`);
      });
      expect(wide).toEqual([]);
      expect(screen.complaints()).toEqual([]);
      await screen.close();
    });
  }

  test(`at ${name} the decision can be reached`, async ({ page }) => {
    await page.setViewportSize(size);
    const screen = await openScreen(page, 'full', 'review');
    const send = page.getByRole('button', { name: /^Send update to EU fraud consortium/ });
    await send.scrollIntoViewIfNeeded();
    await expect(send).toBeInViewport({ ratio: 1 });
    await screen.close();
  });
}

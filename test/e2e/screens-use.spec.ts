/** Using the app around the review: access, first run, palette, tables, import. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import { startFixture } from './fixtures/host.ts';
import { openScreen } from './fixtures/screen.ts';

test('the access token leaves the address at once, and a page without it shows nothing', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'privacy');
  expect(page.url()).toMatch(/#\/privacy$/);
  await page.goBack().catch(() => null);
  expect(page.url()).not.toContain('token');
  await screen.close();
  const host = await startFixture('full');
  await page.goto(host.url.replace(/#.*/, ''));
  await expect(page.getByRole('heading', { name: 'This page has no access to the app' })).toBeVisible();
  await host.close();
});

test('the first run makes a bank, sets its budget and reads an invitation', async ({ page }) => {
  const screen = await openScreen(page, 'first-run');
  await page.getByRole('button', { name: 'Make the key and continue' }).click();
  await expect(page.getByText('Give a name.')).toHaveCount(2);
  await page.getByLabel('Bank').fill('Bank Nord');
  await page.getByLabel('Home country').selectOption({ label: 'Sweden (SE)' });
  await page.getByLabel('Analyst').fill('A. Kvist');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Privacy budget' })).toBeVisible();
  expect(screen.backend.commands).toEqual([
    { method: 'app.setUp', input: { bankName: 'Bank Nord', analyst: 'A. Kvist', homeCountry: 'SE' } },
  ]);
  await page.getByRole('button', { name: 'Set the budget' }).click();
  await page.getByLabel('Invitation').fill('nothing');
  await page.getByRole('button', { name: 'Read the invitation' }).click();
  await expect(page.getByRole('alert')).toContainText('Ask the operator for a new invitation');
  await page.getByLabel('Invitation').fill('parley-invite-1');
  await page.getByRole('button', { name: 'Read the invitation' }).click();
  await page.getByRole('button', { name: 'Join EU fraud consortium' }).click();
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  expect(screen.complaints()).toEqual([]);
  await screen.close();
});

test('the home country is stated in Settings, where an import that names countries leads to', async ({
  page,
}) => {
  const screen = await openScreen(page, 'full', 'settings/bank');
  const country = page.getByRole('combobox', { name: 'Home country' });
  await expect(country).toHaveValue('SE');
  const save = page.getByRole('button', { name: 'State the home country' });
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  await country.selectOption('');
  await save.click();
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  await expect(country).toHaveValue('');
  await page.goto(page.url().replace(/#.*/, '#/data/import'));
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
  const hint = page.getByText('no home country is stated');
  await expect(page.getByText('The mapping is guessed from the header')).toBeVisible();
  await expect(hint).toBeHidden();
  await page.getByRole('combobox', { name: 'Country', exact: true }).selectOption('merchant');
  await expect(hint).toBeVisible();
  await page.getByRole('link', { name: 'State it under Settings' }).click();
  await country.selectOption('NO');
  await save.click();
  await expect(country).toHaveValue('NO');
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  expect(screen.backend.commands.map(({ input }) => input)).toEqual([
    { homeCountry: null },
    { homeCountry: 'NO' },
  ]);
  expect(screen.complaints()).toEqual([]);
  await screen.close();
});

test('the demo starts with one click and stays on a banner', async ({ page }) => {
  const screen = await openScreen(page, 'first-run');
  await page.getByRole('button', { name: 'Try the demo consortium' }).click();
  await expect(page.getByText('Demo consortium: a hub and 4 other banks')).toBeVisible();
  expect(screen.backend.commands.map(({ method }) => method)).toEqual([
    'app.setUp',
    'privacy.setBudget',
    'demo.start',
  ]);
  await page.getByRole('button', { name: 'Stop the demo', exact: true }).click();
  await expect(page.getByText('Demo consortium: a hub and 4 other banks')).toBeHidden();
  await screen.close();
});

test('every screen is reached by keys, and the palette runs what works now', async ({ page }) => {
  const screen = await openScreen(page, 'full');
  for (const [key, title] of [
    ['Control+2', 'Data'],
    ['Control+3', 'Rounds'],
    ['Control+4', 'Review update'],
    ['Control+5', 'Privacy'],
    ['Control+6', 'Audit'],
    ['Control+,', 'Settings'],
    ['Control+1', 'Overview'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  }
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Go to a screen or run a command').fill('import');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Import transactions' })).toBeVisible();
  expect(screen.complaints()).toEqual([]);
  await screen.close();
});

test('transactions are filtered, scrolled by pages, and exported as filtered', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'data/transactions');
  await expect(page.getByText('5,000 rows')).toBeVisible();
  const table = page.getByRole('region', { name: 'Transactions' });
  await table.focus();
  await page.keyboard.press('End');
  await expect(table.getByText('tx-90001400')).toBeVisible();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('acc-1');
  await page.getByText('Fraud', { exact: true }).first().click();
  await expect(page.getByText(/^1?\d rows$/)).toBeVisible();
  const download = page.waitForEvent('download');
  await page.keyboard.press('Control+Shift+E');
  const rows = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(rows[0]).toContain('Identifier,Time,Account');
  expect(rows.length).toBeGreaterThan(2);
  expect(rows.slice(1).every((row) => row.endsWith(',fraud') && row.includes('acc-1'))).toBe(true);
  await screen.close();
});

test('a file is handed over, its mapping corrected, and its import started', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'data/import');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'rows.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') });
  await expect(page.getByText('The mapping is guessed from the header')).toBeVisible();
  const amount = page.getByRole('combobox', { name: 'Amount', exact: true });
  await amount.selectOption('');
  await expect(page.getByText('Still to be mapped: Amount.')).toBeVisible();
  const start = page.getByRole('button', { name: /^Import transactions-2026-q4/ });
  await expect(start).toHaveAttribute('aria-disabled', 'true');
  await amount.selectOption('amount');
  await expect(start).not.toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('progressbar')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel, keep nothing' }).click();
  await expect(page.getByText('Cancelled. Nothing was kept.')).toBeVisible();
  expect(screen.complaints()).toEqual([]);
  await screen.close();
});

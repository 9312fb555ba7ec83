/** The books: filters, exports, chains that do not verify, what loosens, reviewers, and the regulator's pack. */
import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from 'playwright/test';
import { PASSPHRASE } from './fixtures/reviewers.ts';
import { openScreen } from './fixtures/screen.ts';

async function faults(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** The first pair of fields on the page. */
async function countersign(page: Page): Promise<void> {
  await page.getByLabel('First reviewer').first().selectOption({ label: 'A. Kvist' });
  await page.getByLabel('Passphrase of the first').first().fill(PASSPHRASE);
  await page.getByLabel('Second reviewer').first().selectOption({ label: 'M. Lindqvist' });
  await page.getByLabel('Passphrase of the second').first().fill(PASSPHRASE);
}

test('the audit is filtered and searched in the store, and exported as filtered', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'audit');
  const table = page.getByRole('region', { name: 'Audit' });
  await expect(page.getByText('32 rows')).toBeVisible();
  await page.getByText('Releases', { exact: true }).click();
  await expect(page.getByText('13 rows')).toBeVisible();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('round 7 ');
  await expect(page.getByText('1 row', { exact: true })).toBeVisible();
  await table.getByRole('button', { name: /as it is hashed$/ }).press('Enter');
  await expect(page.getByRole('region', { name: 'As it is hashed' })).toContainText('"payloadHash"');
  expect(await faults(page)).toEqual([]);
  const download = page.waitForEvent('download');
  await page.keyboard.press('Control+Shift+E');
  const rows = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(rows).toHaveLength(2);
  await screen.close();
});

test('the whole store is checked on demand', async ({ page }) => {
  const screen = await openScreen(page, 'audit-broken', 'audit');
  await expect(page.getByRole('alert')).toContainText('Entry 12 does not follow from entry 11');
  await page.getByRole('button', { name: 'Check everything' }).press('Enter');
  await expect(page.getByText('does not verify', { exact: true })).toBeVisible();
  await expect(page.getByText('13 rounds, each recomputed', { exact: false })).toBeVisible();
  await screen.close();
});

test('the regulator’s pack is saved, with its digest and how it is checked', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'audit');
  await page.getByRole('button', { name: 'Make the regulator’s pack…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Make the regulator’s pack' });
  await dialog.getByLabel('About').selectOption({ label: 'Card fraud, autumn' });
  await dialog.getByLabel('With the notes that reviewers wrote').check();
  expect(await faults(page)).toEqual([]);
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Make and save the pack' }).press('Enter');
  expect((await download).suggestedFilename()).toBe('parley-pack.json');
  await expect(dialog.getByText('node verify-pack.mjs parley-pack.json')).toBeVisible();
  expect(screen.backend.commands).toMatchObject([{ method: 'audit.pack', input: { withNotes: true } }]);
  await screen.close();
});

test('the ledger is filtered, and its file holds every field', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'privacy');
  await page.getByText('Holds', { exact: true }).click();
  await expect(page.getByText('2 rows')).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).press('Enter');
  const rows = readFileSync(await (await download).path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(rows[0]).toContain('Noise z');
  expect(rows).toHaveLength(3);
  await screen.close();
});

test('an old copy of the ledger has a way out that names its price', async ({ page }) => {
  const screen = await openScreen(page, 'ledger-rolled-back', 'privacy');
  await page.getByRole('button', { name: 'Way out…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Way out of a store that blocks sending' });
  await expect(dialog.getByText('2.22 → 2.31')).toBeVisible();
  const act = dialog.getByRole('button', { name: 'Charge what is missing' });
  await expect(act).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByLabel('Reason').fill('restored after a disk failure');
  expect(await faults(page)).toEqual([]);
  await act.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Verified, 29 entries')).toBeVisible();
  await screen.close();
});

test('a policy shows live what loosens; two sign it where two are required', async ({ page }) => {
  const screen = await openScreen(page, 'review-two', 'settings/policy');
  const cohort = page.getByLabel('Banks in a cohort, at least');
  await cohort.fill('4');
  await expect(page.getByText('tightens', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save what tightens' })).not.toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await cohort.fill('2');
  await expect(page.getByText('loosens', { exact: true })).toBeVisible();
  const save = page.getByRole('button', { name: 'Loosen the local policy' });
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  await page.getByLabel('Reason for the change').fill('a bank has left');
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  await countersign(page);
  await save.press('Enter');
  await expect(page.getByText('The local policy was saved')).toBeVisible();
  await screen.close();
});

test('a reviewer is added with the passphrase typed twice, then two are required', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'settings/reviewers');
  await page.getByRole('button', { name: 'Add a reviewer…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add a reviewer' });
  await dialog.getByLabel('Name').fill('a. kvist');
  await dialog.getByLabel('Passphrase', { exact: true }).fill('short');
  await dialog.getByRole('button', { name: 'Make the key and add' }).press('Enter');
  await expect(dialog.getByText('A reviewer has this name already.')).toBeVisible();
  await expect(dialog.getByText('At least 12 characters.')).toBeVisible();
  await expect(dialog.getByText('The two passphrases differ.')).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await dialog.getByLabel('Name').fill('E. Strand');
  await dialog.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await dialog.getByLabel('Passphrase again').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(page.getByText('E. Strand can sign now')).toBeVisible();
  await page.getByRole('button', { name: 'Require two reviewers' }).press('Enter');
  await page.getByRole('button', { name: 'Go back to one person…' }).press('Enter');
  await page.getByLabel('Reason').fill('holiday');
  await countersign(page);
  await page.getByRole('button', { name: 'Let one person decide', exact: true }).press('Enter');
  await expect(page.getByRole('button', { name: 'Require two reviewers' })).toBeVisible();
  await screen.close();
});

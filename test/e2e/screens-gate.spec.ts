/** The gate around the update: two signatures, leak tests and their rehearsal, the way out of a check, the record. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page, test } from 'playwright/test';
import { digest, reviewerId, updateId } from './fixtures/ids.ts';
import { PASSPHRASE } from './fixtures/reviewers.ts';
import { openScreen } from './fixtures/screen.ts';

async function faults(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

async function sign(page: Page, name: string, passphrase: string): Promise<void> {
  await page.getByLabel('Reviewer').selectOption({ label: name });
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await page.keyboard.press('Control+Enter');
}

test('two reviewers sign, and only the second signature sends', async ({ page }) => {
  const screen = await openScreen(page, 'review-two', 'review');
  const button = page.getByRole('button', { name: /^Sign as/ });
  await expect(button).toHaveAccessibleDescription('Waiting for: a reviewer’s name');
  await sign(page, 'A. Kvist', 'wrong');
  await expect(page.getByRole('alert')).toContainText('The reviewer was refused');
  await expect(page.getByLabel('Passphrase', { exact: true })).toHaveValue('');
  await sign(page, 'A. Kvist', PASSPHRASE);
  await expect(page.getByText('A. Kvist signed at')).toBeVisible();
  await expect(page.getByText('Signed for: this round only.')).toBeVisible();
  await page.getByLabel('Reviewer').selectOption({ label: 'M. Lindqvist' });
  await expect(button).toHaveText('Sign as M. Lindqvist and send update to EU fraud consortium · round 14');
  await sign(page, 'M. Lindqvist', PASSPHRASE);
  await expect(page.getByText('Released. It leaves in')).toBeVisible();
  const signed = screen.backend.commands.filter(({ method }) => method === 'review.sign');
  expect(signed).toHaveLength(3);
  expect(signed.at(-1)?.input).toMatchObject({
    updateId: updateId(13),
    digest: digest(99),
    scope: { kind: 'this-round' },
    reviewer: { reviewerId: reviewerId(2) },
  });
  expect(screen.complaints()).toEqual([]);
  await screen.close();
});

test('an update is discarded for a training with more noise, which says its price before', async ({
  page,
}) => {
  const screen = await openScreen(page, 'full', 'review');
  await page.getByLabel('Note for the record').fill('Too near to a row');
  const open = page.getByRole('button', { name: 'Train again with more noise…' });
  await open.press('Enter');
  const dialog = page.getByRole('alertdialog', { name: 'Discard the update of round 14 and train again?' });
  await expect(dialog.getByRole('button', { name: 'Keep it for review' })).toBeFocused();
  await expect(dialog.getByText('ε 2.31 → 2.37 of 4.00')).toBeVisible();
  await expect(dialog.getByText('The ε 0.085 of the discarded update stays charged.')).toBeVisible();
  await expect(dialog.getByText('ε does not cover a person’s choice', { exact: false })).toBeVisible();
  await dialog.getByRole('radio', { name: '×2' }).check();
  await expect(dialog.getByText('Noise multiplier 3.174 instead of 1.587.')).toBeVisible();
  await expect(dialog.getByText('ε 2.31 → 2.35 of 4.00')).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await dialog.getByRole('radio', { name: 'another:' }).check();
  const factor = dialog.getByLabel('Another factor');
  for (const typed of ['1', '4.5']) {
    await factor.fill(typed);
    await expect(dialog.getByRole('button', { name: 'Discard and train again' })).toHaveAccessibleDescription(
      'Give a factor above 1, at most 4.',
    );
  }
  await factor.fill('3.5');
  await expect(dialog.getByRole('alert')).toContainText('The noise multiplier may be at most 4.761 here');
  await dialog.getByRole('button', { name: /noise ×3.5$/ }).press('Enter');
  await page.keyboard.press('Escape');
  await expect(open).toBeFocused();
  expect(screen.backend.commands).toEqual([]);
  await open.press('Enter');
  await page.getByRole('button', { name: 'Discard and train again with noise ×1.5' }).press('Enter');
  await expect(page.getByText('This bank is training for round 14', { exact: false })).toBeVisible();
  expect(screen.backend.commands).toEqual([
    {
      method: 'review.retrain',
      input: {
        updateId: updateId(13),
        digest: digest(99),
        noiseMultiplier: 1.5 * 1.587,
        note: 'Too near to a row',
      },
    },
  ]);
  expect(screen.complaints()).toEqual([]);
  await screen.close();
});

test('a first signature can be taken back', async ({ page }) => {
  const screen = await openScreen(page, 'review-signed-once', 'review');
  await page.getByRole('button', { name: 'Take the signature back' }).press('Enter');
  await expect(page.getByText('A. Kvist has not signed')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'this round only' })).toBeVisible();
  await screen.close();
});

test('leak tests are run, cancelled and run again', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'review');
  await expect(page.getByText('5 tests find nothing')).toBeVisible();
  await page.getByRole('button', { name: 'Run again' }).press('Enter');
  await expect(page.getByRole('progressbar', { name: 'Analytic inversion' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(page.getByText('The tests were stopped.', { exact: false })).toBeVisible();
  expect(screen.backend.commands.map(({ method }) => method)).toEqual(['leaks.run', 'leaks.stop']);
  await screen.close();
});

test('the rehearsal shows recovered rows beside the real ones and sends nothing', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'review');
  const open = page.getByRole('button', { name: 'What do they find without noise?' });
  await open.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'What these tests find without noise' });
  await expect(dialog.getByText('never leaves this machine, never sendable')).toBeVisible();
  await dialog.getByLabel('Rows in the unprotected update').selectOption('8');
  await dialog.getByRole('button', { name: 'Attack an update of 8 rows' }).press('Enter');
  const table = dialog.getByRole('region', { name: 'Recovered beside real' });
  await expect(table.getByRole('columnheader')).toHaveText(['Feature', 'Real', 'Recovered', 'Off by']);
  await expect(table.getByText('Amount', { exact: true })).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(open).toBeFocused();
  expect(screen.backend.commands).toEqual([
    { method: 'leaks.rehearse', input: { updateId: updateId(13), batch: 8 } },
  ]);
  await screen.close();
});

test('a rehearsal is cancelled by its button, and by closing it', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'review');
  const open = page.getByRole('button', { name: 'What do they find without noise?' });
  const dialog = page.getByRole('dialog', { name: 'What these tests find without noise' });
  const start = async (): Promise<void> => {
    await dialog.getByLabel('Rows in the unprotected update').selectOption('256');
    await dialog.getByRole('button', { name: 'Attack an update of 256 rows' }).press('Enter');
  };
  await open.press('Enter');
  await start();
  await dialog.getByRole('button', { name: 'Cancel' }).press('Enter');
  await expect(dialog.getByText('Cancelled. Nothing was kept.')).toBeVisible();
  await start();
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect
    .poll(() => screen.backend.commands.map(({ method }) => method))
    .toEqual(['leaks.rehearse', 'leaks.stop', 'leaks.rehearse', 'leaks.stop']);
  await screen.close();
});

test('a check leads to where its next step is done', async ({ page }) => {
  const screen = await openScreen(page, 'review-blocked', 'review');
  await page.getByRole('button', { name: 'Compare' }).press('Enter');
  await expect(page.getByRole('tab', { name: 'Against last rounds' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await page.getByRole('link', { name: 'Open Privacy' }).press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Privacy' })).toBeVisible();
  await screen.close();
});

test('a decided update has a record that prints whole, with both signatures', async ({ page }) => {
  const screen = await openScreen(page, 'review-signed-twice', 'review');
  await page.getByRole('link', { name: 'Review record' }).first().press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Review record' })).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('navigation')).toBeHidden();
  const sheet = page.getByRole('article');
  for (const words of ['Released', 'no. 32', 'M. Lindqvist', 'signature over update, bytes and scope'])
    await expect(sheet.getByText(words, { exact: false }).first()).toBeVisible();
  expect(screen.complaints()).toEqual([]);
  await screen.close();
});

test('the sentence about the unit is that of the charter, word for word', async ({ page }) => {
  const screen = await openScreen(page, 'account-unit', 'review');
  await expect(page.getByText('unit: one account')).toBeVisible();
  await page.getByRole('button', { name: 'How?' }).press('Enter');
  await expect(
    page.getByText('A person with several accounts at this bank: ε covers one account', { exact: false }),
  ).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await screen.close();
});

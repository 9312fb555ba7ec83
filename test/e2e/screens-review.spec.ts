/** Releasing an update, by keyboard alone: what was shown is what is sent, undo holds, nothing goes by accident. */
import { expect, test } from 'playwright/test';
import { changedReview } from './fixtures/backend.ts';
import { digest, updateId } from './fixtures/ids.ts';
import { openScreen } from './fixtures/screen.ts';
import { full } from './fixtures/world.ts';

test('an update is reviewed, noted, released and undone without a pointer', async ({ page }) => {
  const screen = await openScreen(page, 'full');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: 'Review update' })).toBeVisible();
  await page.getByRole('tab', { name: 'Summary' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'By layer' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Any transaction, account, amount, label or count of them')).toBeVisible();
  await page.getByLabel('Note for the record (stays here)').focus();
  await page.keyboard.type('as usual');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Released. It leaves in')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('Undone. Nothing was sent.')).toBeVisible();
  expect(screen.backend.commands).toEqual([
    {
      method: 'review.release',
      input: { updateId: updateId(13), digest: digest(99), scope: { kind: 'this-round' }, note: 'as usual' },
    },
    { method: 'review.undo', input: { updateId: updateId(13) } },
  ]);
  expect(screen.complaints()).toEqual([]);
  await screen.close();
});

test('an update that changes under the reader must be looked at again', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'review');
  const send = page.getByRole('button', { name: /^Send update/ });
  await expect(send).toBeVisible();
  screen.backend.change({ review: changedReview(full()) }, ['review']);
  await expect(page.getByRole('alert')).toContainText('The update changed after it was shown');
  await expect(send).toBeHidden();
  await page.keyboard.press('Control+Enter');
  expect(screen.backend.commands).toEqual([]);
  await page.getByRole('button', { name: 'Show the update as it is now' }).press('Enter');
  await expect(send).toBeVisible();
  await screen.close();
});

test('a wider scope is named on the button and carries the limits as shown', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'review');
  await page.getByRole('radio', { name: 'this and up to' }).check();
  await expect(page.getByText(/^Sets aside ε 0\.85 \(3\.16 of 4\.00 in the end\)/)).toBeVisible();
  await page.getByRole('button', { name: 'Limits…' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Limits for the following rounds' });
  const least = dialog.getByLabel('Noise present, at least');
  await least.fill('0.5');
  await expect(dialog.getByText('Not below 0.9', { exact: false }).last()).toBeVisible();
  await least.fill('0.95');
  await dialog.getByRole('button', { name: 'Use these limits' }).press('Enter');
  await expect(dialog).toBeHidden();
  await page
    .getByRole('button', { name: 'Send to EU fraud consortium · rounds 14 to at most 24' })
    .press('Enter');
  await expect(page.getByText('Released. It leaves in')).toBeVisible();
  expect(screen.backend.commands).toMatchObject([
    {
      method: 'review.release',
      input: {
        scope: {
          kind: 'rounds',
          following: 10,
          limits: { minimumNoiseRatio: 0.95, maximumNoiseRatio: 2.14 },
        },
      },
    },
  ]);
  await screen.close();
});

test('a blocked button can be focused, says what it waits for, and sends nothing', async ({ page }) => {
  const screen = await openScreen(page, 'review-blocked', 'review');
  const send = page.getByRole('button', { name: /^Send update/ });
  await send.focus();
  await expect(send).toBeFocused();
  await expect(send).toHaveAttribute('aria-disabled', 'true');
  await expect(send).toHaveAccessibleDescription('Waiting for: a check that blocks');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Enter');
  await page.waitForTimeout(300);
  expect(screen.backend.commands).toEqual([]);
  await screen.close();
});

test('withholding asks first, with the safe button in focus and focus returned', async ({ page }) => {
  const screen = await openScreen(page, 'full', 'review');
  const withhold = page.getByRole('button', { name: 'Withhold…' });
  await withhold.press('Enter');
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Keep it for review' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(withhold).toBeFocused();
  expect(screen.backend.commands).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Withhold anyway' }).press('Enter');
  await expect(
    page.getByText('Withheld. The update was not sent and stays here', { exact: false }),
  ).toBeVisible();
  await screen.close();
});

/** The demo consortium by one click, on the real app: hub and four banks beside it, the run offered and joined. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { startEntry } from './host.ts';

test.setTimeout(180_000);

test('one click brings a demo consortium whose run the analyst joins', async ({ page }) => {
  const home = mkdtempSync(path.join(tmpdir(), 'parley-demo-'));
  const app = await startEntry('bank', {
    args: ['serve', '--home', home, '--port', '0'],
    environment: { PARLEY_THREADS: '1' },
  });
  try {
    await page.goto(app.url);
    await page.getByRole('button', { name: 'Try the demo consortium' }).click();
    const notices = page.getByRole('region', { name: 'Notices' });
    await expect(notices.getByText(/^Starting the demo consortium: /)).toBeVisible();
    await expect(notices.getByText(/^Demo consortium: a hub and 4 other banks/)).toBeVisible({
      timeout: 120_000,
    });
    const next = page.getByRole('region', { name: 'Join the run “Card fraud, demonstration”' });
    await next.getByRole('link', { name: 'Read the charter' }).click();
    await page.getByRole('button', { name: 'Join “Card fraud, demonstration”' }).click();
    await expect(page.getByRole('button', { name: 'Train for round 1' })).toBeVisible({ timeout: 60_000 });
    const members = page.getByRole('region', { name: 'Members' }).first();
    await expect(members.getByRole('row')).toHaveCount(6);
    await notices.getByRole('button', { name: 'Stop the demo' }).click();
    await expect(notices.getByText(/^Hub unreachable since/)).toBeVisible({ timeout: 30_000 });
  } finally {
    await app.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
});

/** The analyst's whole way on the real app: import, join, train, review, release, and the new model; two banks take part. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import Database from 'better-sqlite3';
import { expect, type Page, test } from 'playwright/test';
import { z } from 'zod';
import { startTestConsortium, type TestConsortium } from './consortium.ts';
import { startEntry } from './host.ts';

test.setTimeout(240_000);

test('an analyst imports a file, joins, reviews, releases and sees the new model', async ({ page }) => {
  const consortium = await startTestConsortium();
  const app = await startEntry('bank', { args: ['serve', '--home', consortium.appHome, '--port', '0'] });
  try {
    await page.goto(app.url);
    await setUp(page);
    await join(page, consortium);
    await importFile(page, consortium.dataFile);
    await enterRun(page);
    const digest = await review(page);
    await release(page);
    await seeNewModel(page);
    await samePayloadAtHub(consortium, digest);
    await withholdNext(page);
  } finally {
    await app.stop();
    consortium.close();
  }
});

async function setUp(page: Page): Promise<void> {
  await page.getByLabel('Bank').fill('Bank Nord');
  await page.getByLabel('Analyst').fill('A. Kvist');
  await page.getByRole('button', { name: 'Make the key and continue' }).click();
  await expect(page.getByRole('heading', { name: 'Privacy budget' })).toBeVisible();
  await page.getByRole('button', { name: 'Set the budget' }).click();
}

/** The operator approves by the fingerprint that the bank shows, not by its name. */
async function join(page: Page, { hub }: TestConsortium): Promise<void> {
  const { invite } = await hub.client['banks.invite']({ bankName: 'Bank Nord' });
  await page.getByLabel('Invitation').fill(invite);
  await page.getByRole('button', { name: 'Read the invitation' }).click();
  await page.getByRole('button', { name: 'Join EU consortium' }).click();
  await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible();
  const banks = await hub.client['banks.list']({});
  const waiting = banks.find((bank) => bank.status === 'waiting-for-approval');
  if (waiting === undefined) throw new Error('the hub has no bank to approve');
  expect(waiting.name).toBe('Bank Nord');
  await hub.client['banks.approve']({ bankId: waiting.bankId, keyFingerprint: waiting.keyFingerprint });
}

async function importFile(page: Page, file: string): Promise<void> {
  await go(page, 'data/import');
  await page.locator('input[type=file]').setInputFiles(file);
  await expect(page.getByText('The mapping is guessed from the header')).toBeVisible();
  await page.getByRole('button', { name: /^Import / }).click();
  await expect(page.getByText(/71,\d{3}/).first()).toBeVisible({ timeout: 60_000 });
}

async function enterRun(page: Page): Promise<void> {
  await go(page, 'rounds');
  await page.getByRole('button', { name: 'Join “Card fraud 2026”' }).click();
  await page.getByRole('button', { name: 'Train for round 1' }).click({ timeout: 60_000 });
}

/** Where, as whom, what, at what price: and the whole digest of the bytes that would leave. */
async function review(page: Page): Promise<string> {
  await page
    .getByRole('link', { name: /^Review/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: 'Review update' })).toBeVisible();
  const send = page.getByRole('button', { name: 'Send update to EU consortium · round 1' });
  await expect(send).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('fingerprint as pinned')).toBeVisible();
  await expect(page.getByText('Bank Nord').first()).toBeVisible();
  await expect(page.getByText(/ε 0\.00 → 0\.\d\d of 4\.00/)).toBeVisible();
  await expect(page.getByText(/blocks? the release/)).toHaveCount(0);
  const shown = await page
    .getByText(/^(?:[0-9a-f]{4} ){15}[0-9a-f]{4}$/)
    .first()
    .textContent();
  return (shown ?? '').replaceAll(' ', '');
}

/** Undo once, then let it go. */
async function release(page: Page): Promise<void> {
  const send = page.getByRole('button', { name: 'Send update to EU consortium · round 1' });
  await send.click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(send).toBeVisible();
  await send.press('Control+Enter');
  await expect(page.getByText(/^Sent\. The hub has the update of round 1 on disk/)).toBeVisible({
    timeout: 30_000,
  });
}

async function seeNewModel(page: Page): Promise<void> {
  await go(page, 'overview');
  await expect(page.getByText('PR-AUC', { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/after 1 version\.$/)).toBeVisible({ timeout: 60_000 });
  await go(page, 'privacy');
  await expect(page.getByText(/ε 0\.\d\d/).first()).toBeVisible();
}

/** I14: the digest on the screen is that of the bytes that the hub has on disk; and all banks hold the model it published. */
async function samePayloadAtHub(consortium: TestConsortium, digest: string): Promise<void> {
  const { hub, banks, runId, hubHome } = consortium;
  const store = new Database(path.join(hubHome, 'hub.sqlite'), { readonly: true });
  const payloads = z.array(z.object({ payload: z.instanceof(Uint8Array) }));
  const received = payloads.parse(
    store
      .prepare(
        'SELECT payload FROM committed_update WHERE round_id = (SELECT round_id FROM log_entry WHERE position = 0)',
      )
      .all(),
  );
  store.close();
  expect(received).toHaveLength(3);
  expect(received.map(({ payload }) => createHash('sha256').update(payload).digest('hex'))).toContain(digest);
  const run = (await hub.client['runs.list']({})).find((one) => one.runId === runId);
  expect(run?.committed).toBe(1);
  const models = await Promise.all(banks.map((bank) => bank.client['models.export']({ runId })));
  expect(new Set(models.map((model) => model.checkpointHash))).toEqual(new Set([run?.checkpointHash]));
}

/** The next round goes on without this bank: the quorum is two. */
async function withholdNext(page: Page): Promise<void> {
  await go(page, 'rounds');
  await page.getByRole('button', { name: 'Train for round 2' }).click({ timeout: 60_000 });
  await go(page, 'review');
  const withhold = page.getByRole('button', { name: 'Withhold…' });
  await withhold.click({ timeout: 60_000 });
  await page.getByRole('alertdialog').getByRole('button', { name: 'Withhold anyway' }).click();
  await expect(page.getByText(/^Withheld\. The update was not sent and stays here/)).toBeVisible();
}

async function go(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/${place}`);
}

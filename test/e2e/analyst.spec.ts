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
    const shown = await review(page);
    const promised = await costOfNextRound(page);
    await release(page);
    await seeNewModel(page, { charged: shown.epsilonAfter, promised });
    await samePayloadAtHub(consortium, shown.digest);
    await withholdNext(page, consortium);
  } finally {
    await app.stop();
    await consortium.close();
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
  const own = await page
    .getByText(/^(?:[0-9a-f]{4} ){7}[0-9a-f]{4}$/)
    .last()
    .textContent();
  await page.getByRole('button', { name: 'Join EU consortium' }).click();
  await expect(page.getByRole('heading', { name: 'Overview', exact: true })).toBeVisible();
  const banks = await hub.client['banks.list']({});
  const waiting = banks.find((bank) => bank.status === 'waiting-for-approval');
  if (waiting === undefined) throw new Error('the hub has no bank to approve');
  expect(waiting).toMatchObject({ name: 'Bank Nord', keyFingerprint: own });
  await hub.client['banks.approve']({ bankId: waiting.bankId, keyFingerprint: waiting.keyFingerprint });
}

async function importFile(page: Page, file: string): Promise<void> {
  await go(page, 'data/import');
  await page.locator('input[type=file]').setInputFiles(file);
  await expect(page.getByText('The mapping is guessed from the header')).toBeVisible();
  await page.getByRole('button', { name: 'Import bank-0.csv' }).click();
  await expect(page.getByText(/71,\d{3}/).first()).toBeVisible({ timeout: 60_000 });
}

async function enterRun(page: Page): Promise<void> {
  await go(page, 'rounds');
  await page.getByRole('button', { name: 'Join “Card fraud 2026”' }).click();
  await page.getByRole('button', { name: 'Train for round 1' }).click({ timeout: 60_000 });
}

interface Shown {
  readonly digest: string;
  /** As printed: `0.88` */
  readonly epsilonAfter: string;
}

/** Where, as whom, what, at what price: and the whole digest of the bytes that would leave. */
async function review(page: Page): Promise<Shown> {
  await page
    .getByRole('link', { name: /^Review/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: 'Review update' })).toBeVisible();
  const send = page.getByRole('button', { name: 'Send update to EU consortium · round 1' });
  await expect(send).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('fingerprint as pinned')).toBeVisible();
  await expect(page.getByText('Bank Nord').first()).toBeVisible();
  const price = await page.getByText(/^ε 0\.00 → 0\.\d\d of 4\.00$/).textContent();
  await expect(page.getByText(/blocks? the release/)).toHaveCount(0);
  const shown = await page
    .getByText(/^(?:[0-9a-f]{4} ){15}[0-9a-f]{4}$/)
    .first()
    .textContent();
  return {
    digest: (shown ?? '').replaceAll(' ', ''),
    epsilonAfter: /→ (0\.\d\d)/.exec(price ?? '')?.[1] ?? 'no price',
  };
}

/** What Rounds says about round 2 while the update of round 1, already in the ledger, waits for its review. */
async function costOfNextRound(page: Page): Promise<string> {
  await go(page, 'rounds');
  const cost = await page.locator('dt:has-text("The next round adds") + dd').textContent();
  expect(cost).toMatch(/^ε \d\.\d\d$/);
  await go(page, 'review');
  return cost ?? '';
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

interface Cost {
  readonly charged: string;
  readonly promised: string;
}

async function seeNewModel(page: Page, { charged, promised }: Cost): Promise<void> {
  await go(page, 'overview');
  await expect(page.getByText('PR-AUC', { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/at version 1\.$/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(`Starting charges ${promised} to the ledger`)).toBeVisible({ timeout: 30_000 });
  await go(page, 'privacy');
  await expect(page.getByText(`1 charge brings ε to ${charged} of 4.00.`)).toBeVisible();
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

/** The next round goes on without this bank: the quorum is two. Its model comes back all the same. */
async function withholdNext(page: Page, { hub, banks, runId }: TestConsortium): Promise<void> {
  await go(page, 'rounds');
  await page.getByRole('button', { name: 'Train for round 2' }).click({ timeout: 60_000 });
  await go(page, 'review');
  const withhold = page.getByRole('button', { name: 'Withhold…' });
  await withhold.click({ timeout: 60_000 });
  await page.getByRole('alertdialog').getByRole('button', { name: 'Withhold anyway' }).click();
  await expect(page.getByText(/^Withheld\. The update was not sent and stays here/)).toBeVisible();
  await go(page, 'overview');
  await expect(page.getByText(/at version 2\.$/)).toBeVisible({ timeout: 60_000 });
  const rounds = await hub.client['runs.rounds']({ runId });
  expect(rounds.find(({ index }) => index === 1)).toMatchObject({ phase: 'published', received: 2 });
  const models = await Promise.all(banks.map((bank) => bank.client['models.list']({})));
  expect(models.map((list) => list.find(({ version }) => version === 2)?.banks)).toEqual([2, 2]);
}

async function go(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/${place}`);
}

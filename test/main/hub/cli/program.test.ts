import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHubProgram } from '#main/hub/cli/main.ts';
import { openInvite } from '#main/wire/invite.ts';
import { z } from 'zod';
import { startTestHub, temporaryFolder } from '../../../fakes/test-hub.ts';

let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => {
  folder.remove();
});

async function hub(...args: string[]): Promise<{ code: number | undefined; out: string; complaint: string }> {
  let out = '';
  let complaint = '';
  const code = await runHubProgram({
    args: [...args, '--home', folder.path],
    version: '0.0.0',
    stdout: (text) => (out += text),
    stderr: (text) => (complaint += text),
  });
  return { code, out, complaint };
}

const json = (text: string): unknown => JSON.parse(text);

describe('the hub command', () => {
  it('founds, plans and lists in a store that nobody serves', async () => {
    expect(await hub('init', '--name', 'Cards', '--json')).toMatchObject({ code: 0 });
    const planned = await hub('plan', '--preset', 'card-v1', '--noise-multiplier', '1.6', '--json');
    expect(planned.code).toBe(0);
    const { runId } = z.object({ runId: z.string() }).parse(json(planned.out));
    const runs = z.array(z.object({ runId: z.string() })).parse(json((await hub('runs', '--json')).out));
    expect(runs.map((run) => run.runId)).toEqual([runId]);
    expect((await hub('status')).out).toMatch(/^Cards \(con_/);
    expect((await hub('cancel', runId, '--reason', 'a test')).code).toBe(0);
    expect((await hub('runs')).out).toMatch(/cancelled {2}0 of 25 rounds/);
  });

  it('prints one document with --json, also for a failure, and says by its code how it went', async () => {
    const failed = await hub('status', '--json');
    expect(failed).toMatchObject({ code: 1, complaint: '' });
    expect(json(failed.out)).toMatchObject({ failure: { code: 'not-set-up' } });
    const wrong = await hub('frob', '--json');
    expect(wrong.code).toBe(2);
    expect(json(wrong.out)).toMatchObject({ failure: { code: 'wrong-usage' } });
    const inWords = await hub('invite');
    expect(inWords).toMatchObject({ code: 2, out: '' });
    expect(inWords.complaint).toMatch(/--bank is missing/);
  });

  it('does not found a second consortium in the same home', async () => {
    await hub('init', '--name', 'Cards');
    const again = await hub('init', '--name', 'Others', '--json');
    expect(json(again.out)).toMatchObject({ failure: { code: 'already-set-up' } });
  });

  it('makes an invitation that a bank can open, naming where the hub served last', async () => {
    const served = await startTestHub({ home: folder.path });
    await served.close();
    const { out } = await hub('invite', '--bank', 'Ahorn');
    expect(openInvite(out)).toMatchObject({
      address: served.address,
      consortium: { name: 'Test consortium' },
    });
  });

  it('shows its help without touching a store', async () => {
    const { code, out } = await hub('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/npm run hub -- serve/);
  });
});

/** A real bank with its whole store, and the contract over it, for one test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { hostOptions } from '#main/bank/cli/host-options.ts';
import { createBank } from '#main/bank/create.ts';
import { bankContract } from '#shared/contract/bank.ts';
import { createClient } from '#shared/contract/client.ts';

// Every store is a process of its own in life; here they share one, and with it its exit listeners.
process.setMaxListeners(100);

export async function openBank() {
  const home = mkdtempSync(path.join(tmpdir(), 'parley-api-'));
  const place = { entryDirectory: path.resolve('main/entry'), pageDirectory: home, version: '0.0.0' };
  const bank = await createBank(
    hostOptions({ home, port: undefined }, { ...place, stderr: () => undefined }),
  );
  onTestFinished(async () => {
    await bank.close();
    rmSync(home, { recursive: true, force: true });
  });
  const client = createClient(bankContract, {
    request: (method, input) => bank.answer(method, input, undefined),
  });
  return { bank, client, home };
}

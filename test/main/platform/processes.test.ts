import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, vi } from 'vitest';
import type { ProcessHandle } from '../../../main/platform/ports.ts';
import { createProcesses } from '../../../main/platform/processes/processes.ts';

const entryDirectory = path.join(import.meta.dirname, 'fixtures');
const processes = createProcesses({ entryDirectory });
const exitOf = (child: ProcessHandle): Promise<number | null> =>
  new Promise((resolve) => {
    child.onExit(resolve);
  });
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it('finds a line whether it comes later or came before, and stops cooperatively', async () => {
  const hub = processes.start('hub', ['serve']);
  expect(await hub.waitForLine(/ready/)).toBe('ready at http://127.0.0.1:1/?x');
  expect(await hub.waitForLine(/^starting$/)).toBe('starting');
  hub.kill();
  expect(await exitOf(hub)).toBe(0);
  expect(await hub.waitForLine(/closed/)).toBe('closed');
});

it('rejects with what the process complained about when it ends first', async () => {
  const hub = processes.start('hub', ['die']);
  await expect(hub.waitForLine(/ready/)).rejects.toMatchObject({
    code: 'worker-died',
    message: 'The hub process ended (code 4): the disk is on fire',
  });
  await expect(hub.waitForLine(/anything/)).rejects.toMatchObject({ code: 'worker-died' });
});

it.each(['reject', 'throw-later'])(
  'a bug in a process (%s) is logged and ends it with code 1',
  async (behaviour) => {
    const hub = processes.start('hub', [behaviour]);
    expect(await exitOf(hub)).toBe(1);
    await expect(hub.waitForLine(/never/)).rejects.toThrow(/uncaught-exception|unhandled-rejection/);
  },
);

it('ends at once at the second signal, when closing hangs', async () => {
  const hub = processes.start('hub', ['hang-on-close']);
  await hub.waitForLine(/ready/);
  hub.kill();
  await hub.waitForLine(/closed/);
  hub.kill();
  expect(await exitOf(hub)).toBe(1);
});

it.each(['SIGKILL', 'SIGTERM'] as const)('leaves nothing running when the parent gets %s', async (signal) => {
  const parent = spawn(process.execPath, [path.join(entryDirectory, 'parent.ts')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  const pid = Number(/^child (\d+)$/.exec(line)?.[1]);
  expect(isAlive(pid)).toBe(true);
  parent.kill(signal);
  await once(parent, 'exit');
  await vi.waitFor(() => {
    expect(isAlive(pid)).toBe(false);
  }, 5000);
});

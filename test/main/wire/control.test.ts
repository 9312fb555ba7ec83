import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { connectControl, serveControl } from '#main/wire/control.ts';
import { command, query } from '#shared/contract/define.ts';
import { serve } from '#shared/contract/serve.ts';
import { temporaryFolder } from '../../fakes/test-hub.ts';

const contract = {
  'test.double': query(z.strictObject({ value: z.number() }), z.number()),
  'test.break': command(z.strictObject({}), z.strictObject({})),
} as const;

const answer = serve({
  contract,
  handlers: {
    'test.double': ({ value }) => value * 2,
    'test.break': () => {
      throw new TypeError('a bug');
    },
  },
  onBug: () => 'bug-1',
});

let folder: ReturnType<typeof temporaryFolder>;
let control: Awaited<ReturnType<typeof serveControl>>;

beforeEach(async () => {
  folder = temporaryFolder();
  control = await serveControl({
    home: folder.path,
    answer: (method, input) => answer(method, input, undefined),
    random: systemRandom,
    log: silentLog,
  });
});

afterEach(async () => {
  await control.close();
  folder.remove();
});

const file = (): string => path.join(folder.path, 'control.json');

describe('the control endpoint', () => {
  it('answers the command line of the same user', async () => {
    const connected = await connectControl({ contract, home: folder.path });
    const { client } = connected;
    expect(await client['test.double']({ value: 21 })).toBe(42);
    await expect(client['test.break']({})).rejects.toMatchObject({ code: 'internal' });
    expect(await client['test.double']({ value: 4 })).toBe(8);
    connected.close();
  });

  it('keeps its token in a file that only this user can read', () => {
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('refuses another token, no token, and a page', async () => {
    const { port } = z.object({ port: z.number() }).parse(JSON.parse(readFileSync(file(), 'utf8')));
    const { token } = z.object({ token: z.string() }).parse(JSON.parse(readFileSync(file(), 'utf8')));
    const attempts = [
      { auth: { token: '0'.repeat(64) } },
      {},
      { auth: { token }, extraHeaders: { origin: 'https://bank.example' } },
    ];
    for (const attempt of attempts) {
      const socket = io(`http://127.0.0.1:${String(port)}`, {
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
        ...attempt,
      });
      const outcome = await new Promise((resolve) => {
        socket.once('connect', () => {
          resolve('connected');
        });
        socket.once('connect_error', () => {
          resolve('refused');
        });
      });
      socket.close();
      expect(outcome).toBe('refused');
    }
  });

  it('says so when nobody serves: no file, or one that a killed process left behind', async () => {
    await control.close();
    await expect(connectControl({ contract, home: folder.path })).rejects.toMatchObject({
      code: 'hub-unreachable',
    });
    writeFileSync(file(), JSON.stringify({ port: 1, token: '0'.repeat(64) }));
    await expect(connectControl({ contract, home: folder.path })).rejects.toMatchObject({
      code: 'hub-unreachable',
    });
  });
});

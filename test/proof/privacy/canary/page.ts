/** A page of the bank's app: the real loopback bridge, and before it a tap that keeps every byte between page and backend. */
import path from 'node:path';
import { io } from 'socket.io-client';
import type { Bank } from '#main/bank/create.ts';
import { realClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { startBridge } from '#main/wire/bridge/bridge.ts';
import { bankContract, type BankContract } from '#shared/contract/bank.ts';
import { createClient } from '#shared/contract/client.ts';
import type { Client } from '#shared/contract/define.ts';
import { Reply } from '#shared/contract/transport.ts';
import type { Captured } from './scan.ts';
import { tapTo } from './tap.ts';

export interface TappedPage {
  /** Asks over the bridge, as the screens do; what the backend pushes comes the same way. */
  readonly client: Client<BankContract>;
  captured(): readonly Captured[];
  close(): Promise<void>;
}

const ANSWER_WITHIN_MS = 60_000;

export async function openPage(bank: Bank, folder: string): Promise<TappedPage> {
  const bridge = await startBridge({
    answer: (method, input) => bank.answer(method, input, undefined),
    subscribe: (listener) => bank.subscribe(listener),
    // The built page is the same for every bank and holds no data.
    page: { answer: () => ({ status: 404, headers: {}, body: new Uint8Array() }) },
    uploadDirectory: path.join(folder, 'uploads'),
    ...{ port: 0, clock: realClock, random: systemRandom, log: silentLog },
  });
  const { origin, host, hash } = new URL(bridge.url);
  const tap = await tapTo(origin);
  // The bridge answers to its own host alone, and the page speaks to the tap.
  const socket = io(`${tap.address}/app`, {
    ...{ transports: ['websocket'], reconnection: false, forceNew: true },
    auth: { token: hash.replace('#token=', '') },
    extraHeaders: { host },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    client: createClient(bankContract, {
      request: async (method, input) =>
        Reply.parse(await socket.timeout(ANSWER_WITHIN_MS).emitWithAck('call', method, input)),
    }),
    captured: () => tap.captured('loopback'),
    close: async () => {
      socket.close();
      await tap.close();
      await bridge.close();
    },
  };
}

/** `bank serve`: the headless host. Rounds go on in the background; the page is served to this machine's browser. */
import path from 'node:path';
import { installLifecycle } from '#main/platform/processes/lifecycle.ts';
import { type Bridge, startBridge } from '#main/wire/bridge/bridge.ts';
import { loadPage } from '#main/wire/bridge/page.ts';
import { serveControl } from '#main/wire/control.ts';
import { type Bank, createBank } from '../create.ts';
import type { Answer } from './answers.ts';
import type { ProgramOptions } from './program.ts';

/** Resolves once commands and the page are answered; the process then lives on its sockets until it is asked to stop. */
export async function serveBank(options: ProgramOptions, withPage: boolean): Promise<Answer> {
  const { log, clock, random, home } = options;
  // The page is read first: a build that is not there is said before a store is opened.
  const page = withPage
    ? loadPage({ directory: options.pageDirectory, start: 'bank/index.html', random })
    : undefined;
  const bank = await createBank(options);
  const closers: (() => Promise<void>)[] = [() => bank.close()];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  installLifecycle({ log, clock, close });
  try {
    const answer = (method: string, input: unknown) => bank.answer(method, input, undefined);
    const control = await serveControl({ home, answer, random, log });
    closers.push(() => control.close());
    const bridge = page === undefined ? undefined : await openBridge({ bank, options, page });
    if (bridge !== undefined) {
      closers.push(() => bridge.close());
      bank.resumeDemo();
    }
    return serving(await nameOf(bank, home), bridge);
  } catch (error) {
    await close();
    throw error;
  }
}

function openBridge(parts: {
  readonly bank: Bank;
  readonly options: ProgramOptions;
  readonly page: ReturnType<typeof loadPage>;
}): Promise<Bridge> {
  const { bank, options, page } = parts;
  return startBridge({
    answer: bank.answer,
    subscribe: (listener) => bank.subscribe(listener),
    page,
    uploadDirectory: path.join(options.home, 'uploads'),
    port: options.port,
    clock: options.clock,
    random: options.random,
    log: options.log,
  });
}

async function nameOf(bank: Bank, home: string): Promise<string> {
  const { bank: known } = await bank.handlers['app.state']({}, undefined);
  return known?.name ?? path.basename(home);
}

function serving(name: string, bridge: Bridge | undefined): Answer {
  return bridge === undefined
    ? { document: { serving: name }, words: `Parley for ${name}: serving, without a page` }
    : { document: { serving: name, url: bridge.url }, words: `Parley for ${name}: ${bridge.url}` };
}

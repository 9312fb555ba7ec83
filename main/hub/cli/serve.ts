/** `hub serve`: answers banks and the operator's commands until the process is asked to stop. */
import { FailureError } from '#shared/failure.ts';
import { installLifecycle } from '#main/platform/processes/lifecycle.ts';
import { serveControl } from '#main/wire/control.ts';
import { createHub, type HubOptions } from '../create.ts';
import type { Listen } from './command-line.ts';
import { hubAnswer } from './hub-answer.ts';

export interface ServeCommand {
  readonly listen: Listen;
  /** Founds the consortium under this name when the store is new. */
  readonly name: string | undefined;
}

/** Resolves with the address once banks and commands are answered; the process then lives on its sockets. */
export async function serveHub(options: HubOptions, command: ServeCommand): Promise<string> {
  const hub = createHub(options);
  const closers: (() => Promise<void>)[] = [() => hub.close()];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  installLifecycle({ log: options.log, clock: options.clock, close });
  try {
    const answer = hubAnswer(hub, options);
    if (command.name !== undefined) await foundIfNew(answer, command.name);
    const control = await serveControl({
      home: options.home,
      answer,
      random: options.random,
      log: options.log,
    });
    closers.push(() => control.close());
    return await hub.serve(command.listen);
  } catch (error) {
    await close();
    throw error;
  }
}

async function foundIfNew(answer: ReturnType<typeof hubAnswer>, consortiumName: string): Promise<void> {
  const reply = await answer('hub.init', { consortiumName });
  if (reply.kind === 'failure' && reply.failure.code !== 'already-set-up')
    throw FailureError.from(reply.failure);
}

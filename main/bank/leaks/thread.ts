/** The leak test thread's side: one task from start to end, told apart from the thread it runs in. */
import { isFailure } from '#shared/failure.ts';
import type { EngineSetup } from '../../learning/engine.ts';
import { createChance } from '../../learning/kernel/chance.ts';
import type { NamedEngine } from '../../platform/engine/chosen.ts';
import type { EngineChoice } from '../../platform/engine/engines.ts';
import { aesKeystream } from '../../platform/engine/keystream.ts';
import type { Random } from '../../platform/ports.ts';
import { heldTests, type LeakTestPorts } from './held-tests.ts';
import { rehearse } from './rehearsal.ts';
import { type LeakMessage, LeakTask } from './task.ts';

export interface LeakThreadPorts {
  readonly random: Random;
  readonly openEngine: (choice: EngineChoice, setup: EngineSetup) => Promise<NamedEngine>;
  readonly post: (message: LeakMessage) => void;
}

/** Posts how the task went and ended; throws only for a bug, which ends the thread. */
export async function runLeakTests(data: unknown, ports: LeakThreadPorts): Promise<void> {
  const task = LeakTask.parse(data);
  try {
    ports.post(await outcomeOf(task, testPorts(task, ports)));
  } catch (error) {
    if (!isFailure(error)) throw error;
    ports.post({ kind: 'failed', failure: error.toFailure() });
  }
}

async function outcomeOf(task: LeakTask, ports: LeakTestPorts): Promise<LeakMessage> {
  switch (task.kind) {
    case 'held':
      return { kind: 'tested', tests: [...(await heldTests(task, ports))] };
    case 'rehearsal':
      return { kind: 'rehearsed', rehearsed: await rehearse(task, ports) };
  }
}

function testPorts({ engine }: LeakTask, { random, openEngine, post }: LeakThreadPorts): LeakTestPorts {
  const chance = () => createChance(aesKeystream(random));
  const draws = chance();
  return {
    chance,
    random: { next: () => draws.word() },
    openEngine: async (setup) => (await openEngine(engine, setup)).engine,
    onPhase: (phase, share) => {
      post({ kind: 'progress', phase, share });
    },
  };
}

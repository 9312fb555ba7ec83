/** The leak test thread's side: one task from start to end, told apart from the thread it runs in. */
import { isFailure } from '#shared/failure.ts';
import type { EngineSetup, GradientEngine } from '../../learning/engine.ts';
import { createChance } from '../../learning/kernel/chance.ts';
import type { NamedEngine } from '../../platform/engine/chosen.ts';
import type { EngineChoice, EngineName } from '../../platform/engine/engines.ts';
import { aesKeystream } from '../../platform/engine/keystream.ts';
import type { Random } from '../../platform/ports.ts';
import { heldTests, type LeakTestPorts } from './held-tests.ts';
import { rehearse } from './rehearsal.ts';
import { type LeakMessage, LeakTask } from './task.ts';

export interface LeakThreadPorts {
  readonly random: Random;
  /** Tests engines until one passes, which takes a second. */
  readonly openChosen: (choice: EngineChoice, setup: EngineSetup) => Promise<NamedEngine>;
  readonly openEngine: (name: EngineName, setup: EngineSetup) => Promise<GradientEngine>;
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

function testPorts({ engine }: LeakTask, ports: LeakThreadPorts): LeakTestPorts {
  const { random, post } = ports;
  const chance = () => createChance(aesKeystream(random));
  const draws = chance();
  let passed: EngineName | undefined;
  return {
    chance,
    random: { next: () => draws.word() },
    openEngine: async (setup) => {
      if (passed !== undefined) return ports.openEngine(passed, setup);
      const opened = await ports.openChosen(engine, setup);
      passed = opened.name;
      return opened.engine;
    },
    onPhase: (phase, share) => {
      post({ kind: 'progress', phase, share });
    },
  };
}

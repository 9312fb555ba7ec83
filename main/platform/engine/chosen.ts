/**
 * Opens the engine that a bank chose. `automatic` takes the first that passes its self-test, in the order of their
 * measured speed (docs/toolchain.md 37, 38), and not the winner of a race at start-up: on a busy machine a race picks by
 * chance, and the kernel alone gives the same bits on every machine, so that a round can be replayed.
 */
import type { EngineReport } from '#shared/contract/bank.ts';
import type { EngineSetup, GradientEngine } from '../../learning/engine.ts';
import type { EngineChoice, EngineName, EnginePorts } from './engines.ts';
import { chooseEngine, ENGINE_NAMES, openEngine, surveyEngines } from './engines.ts';

export interface NamedEngine {
  readonly name: EngineName;
  readonly engine: GradientEngine;
}

/** @throws FailureError `engine-unavailable` with the reason. */
export async function openChosenEngine(
  choice: EngineChoice,
  setup: EngineSetup,
  ports: EnginePorts,
): Promise<NamedEngine> {
  const candidates = choice === 'automatic' ? ENGINE_NAMES : [choice];
  const reports: EngineReport[] = [];
  for (const name of candidates) {
    const tried = await surveyEngines(setup, ports, [name]);
    if (tried.some(({ available }) => available))
      return { name, engine: await openEngine(name, setup, ports) };
    reports.push(...tried);
  }
  const name = chooseEngine(reports, choice); // throws: none passed
  return { name, engine: await openEngine(name, setup, ports) };
}

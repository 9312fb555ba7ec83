/** Which learning engines this machine has, tried once in a thread of its own when a screen first asks. */
import { z } from 'zod';
import type { Log, Workers } from '#main/platform/ports.ts';
import { type AppState, EngineReport } from '#shared/contract/bank.ts';
import type { EngineChoice } from './preferences.ts';

type EngineView = AppState['engine'];

/** Inputs as the sample consortium's charter has them. */
export const REFERENCE_NETWORK = { layers: [34, 64, 32, 1], activation: 'tanh' } as const;

export interface Engines {
  /** Without reports until the engines were tried; the first call with a screen open tries them. */
  view(): EngineView;
}

export interface EnginesOptions {
  readonly workers: Workers;
  readonly log: Log;
  readonly choice: () => EngineChoice;
  /** Whether a screen is open: peers and commands without one don't spend a second of both cores on it. */
  readonly isWatched: () => boolean;
  readonly onChanged: () => void;
}

/** In the order of their measured speed: "automatic" takes the first that passes its self-test. */
const BY_SPEED = EngineReport.shape.name.options;

export function createEngines({ workers, log, choice, isWatched, onChanged }: EnginesOptions): Engines {
  let reports: readonly EngineReport[] = [];
  let isAsked = false;
  const survey = (): void => {
    isAsked = true;
    const worker = workers.start('engines', undefined);
    worker.onMessage((message) => {
      reports = z.array(EngineReport).parse(message);
      onChanged();
    });
    worker.onExit((cause) => {
      if (cause !== undefined) log.warn('engines.not-tried', { reason: cause.message });
    });
  };
  return {
    view: () => {
      if (!isAsked && isWatched()) survey();
      return { inUse: inUse(choice(), reports), choice: choice(), reports: [...reports] };
    },
  };
}

/** The engine that the next training takes. The kernel is a part of Parley, so it is there before it was tried. */
export function inUse(choice: EngineChoice, reports: readonly EngineReport[]): EngineReport['name'] {
  if (choice !== 'automatic') return choice;
  const passed = BY_SPEED.find((name) => reports.some((report) => report.name === name && report.available));
  return passed ?? 'kernel';
}

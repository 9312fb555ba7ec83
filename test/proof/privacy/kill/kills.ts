/** Kills a bank at one call of a port, starts it again on what is left, and judges both lives together. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NO_BUG, SEEDED_BUGS } from '../gate/bugs.ts';
import { check } from '../gate/check.ts';
import type { Evidence } from '../gate/evidence.ts';
import { createFuse } from '../gate/fuse.ts';
import { evidenceIn, killMachine } from './machine.ts';
import { live, SCENARIO_ROUNDS } from './scenario.ts';

const CHILD = path.join(import.meta.dirname, 'child.ts');

export interface KilledLife {
  /** The port call at which it died. */
  readonly point: string;
  readonly violations: readonly string[];
  /** Trainings that drew noise, and those whose charge stands without an update that left: charged, not sent. */
  readonly trainings: number;
  readonly chargedNotSent: number;
  /** Updates that were offered to the hub again, with the same bytes. */
  readonly offeredAgain: number;
}

export interface KillAt {
  /** The n-th call of a port, from 1. */
  readonly call: number;
  /** Name of a seeded bug; null: the product. */
  readonly bug: string | null;
}

export async function killedAt({ call, bug }: KillAt): Promise<KilledLife> {
  const folder = temporary();
  try {
    await child({ folder, call, bug });
    const point = readFileSync(path.join(folder, 'killed-at'), 'utf8');
    const wrapped = SEEDED_BUGS.find(({ name }) => name === bug)?.bug ?? NO_BUG;
    const afterKill = check(evidenceIn(folder)).map((one) => `after the kill: ${one.rule} (${one.detail})`);
    // The next process on this store is this one.
    const next = await live(killMachine({ folder, number: 1, fuse: createFuse(), bug: wrapped }));
    next.close();
    return { point, ...judged(evidenceIn(folder), afterKill) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The port calls of a life that nobody ends. */
export async function callsOfALife(): Promise<readonly string[]> {
  const folder = temporary();
  try {
    await child({ folder, call: 0, bug: null });
    return readFileSync(path.join(folder, 'points'), 'utf8').split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function temporary(): string {
  return mkdtempSync(path.join(tmpdir(), 'parley-killed-'));
}

async function child({ folder, call, bug }: KillAt & { readonly folder: string }): Promise<void> {
  const bank = spawn(process.execPath, [CHILD, folder, String(call), bug ?? 'none'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(bank, 'exit');
  const { exitCode, signalCode } = bank;
  if (call === 0 ? exitCode === 0 : signalCode === 'SIGKILL') return;
  throw new RangeError(`the bank ended with ${String(exitCode ?? signalCode)}, not as it was told`);
}

function judged(evidence: Evidence, afterKill: readonly string[]): Omit<KilledLife, 'point'> {
  const { store, wire, history } = evidence;
  const arrived = wire.filter(({ call }) => call === 'bytes');
  const offers = wire.filter(({ call }) => call === 'offer');
  const undelivered = store.releases.filter(
    ({ updateId, payloadHash }) =>
      !arrived.some((one) => one.updateId === updateId && one.digest === payloadHash),
  );
  const sent = new Set(arrived.flatMap(({ charge }) => charge?.sequence ?? []));
  return {
    violations: [
      ...afterKill,
      ...check(evidence).map((one) => `after the restart: ${one.rule} (${one.detail})`),
      ...undelivered.map(({ updateId }) => `a committed release was never sent: ${updateId}`),
      ...(store.releases.length === SCENARIO_ROUNDS
        ? []
        : [`${String(store.releases.length)} of ${String(SCENARIO_ROUNDS)} rounds were released`]),
    ],
    trainings: history.filter((one) => one.kind === 'noise').length,
    chargedNotSent: store.charges.filter(({ sequence }) => !sent.has(sequence)).length,
    offeredAgain: offers.length - new Set(offers.map(({ updateId }) => updateId)).size,
  };
}

/** Cuts the power of a machine that charges its ledger, again and again, and counts the acknowledged charges that are gone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { realClock, sleep } from '#main/platform/clock.ts';
import { systemRandom } from '#main/platform/random.ts';
import type { Stream } from '#main/sample/generator/stream.ts';
import { createDisk, type Disk } from './disk.ts';
import { openLedgerOn } from './store.ts';

const WRITER = path.join(import.meta.dirname, 'writer.ts');
/** Cuts in the life of one writer; then it is killed, and the next begins with a new disk. */
const CUTS_A_WRITER = 20;
const SHORTEST_RUN_MS = 5;
const LONGEST_RUN_MS = 120;
const START_LIMIT_MS = 20_000;

export interface CutFigures {
  readonly synchronous: 'FULL' | 'NORMAL';
  readonly cuts: number;
  /** Charges that the ledger acknowledged before the last cut of each writer. */
  readonly acknowledged: number;
  /** Cuts after which an acknowledged charge was missing, and the most that were missing after one of them. */
  readonly cutsThatLost: number;
  readonly mostLost: number;
  /** Cuts after which the app took the shorter ledger for whole: an under-count that nobody would notice. */
  readonly unnoticed: number;
  /** Cuts after which nothing was missing and the ledger did not verify all the same. */
  readonly refusedWhole: number;
}

export interface CutPlan {
  readonly synchronous: 'FULL' | 'NORMAL';
  readonly cuts: number;
  readonly random: Stream;
  readonly onCut: (done: number) => void;
}

export async function cutPower({ synchronous, cuts, random, onCut }: CutPlan): Promise<CutFigures> {
  let figures: CutFigures = {
    ...{ synchronous, cuts: 0, acknowledged: 0, cutsThatLost: 0, mostLost: 0, unnoticed: 0, refusedWhole: 0 },
  };
  while (figures.cuts < cuts) {
    const most = Math.min(CUTS_A_WRITER, cuts - figures.cuts);
    await withWriter(synchronous, async (writer) => {
      let before = 0;
      for (let cut = 0; cut < most; cut++) {
        await sleep(realClock, random.between(SHORTEST_RUN_MS, LONGEST_RUN_MS));
        const outcome = await cutOnce(writer);
        figures = counted(figures, outcome, outcome.acknowledged - before);
        before = outcome.acknowledged;
        onCut(figures.cuts);
      }
    });
  }
  return figures;
}

interface Writer {
  readonly child: ChildProcess;
  readonly disk: Disk;
  readonly acknowledgements: string;
}

async function withWriter(
  synchronous: 'FULL' | 'NORMAL',
  use: (writer: Writer) => Promise<void>,
): Promise<void> {
  const disk = createDisk();
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-acknowledged-'));
  const acknowledgements = path.join(folder, 'sequences');
  const args = [WRITER, disk.folder, acknowledgements, synchronous];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await started(child, acknowledgements);
    await use({ child, disk, acknowledgements });
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    disk.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function started(child: ChildProcess, acknowledgements: string): Promise<void> {
  const end = realClock.monotonic() + START_LIMIT_MS;
  while (!existsSync(acknowledgements)) {
    if (child.exitCode !== null || realClock.monotonic() > end)
      throw new RangeError('the writer did not start');
    await sleep(realClock, 10);
  }
}

interface Outcome {
  readonly acknowledged: number;
  readonly found: number;
  readonly isVerified: boolean;
}

/** Stops the writer, reads what it was told is durable, and opens what a start after the cut would find. */
async function cutOnce({ child, disk, acknowledgements }: Writer): Promise<Outcome> {
  child.kill('SIGSTOP');
  await stopped(child);
  const acknowledged = Number(readFileSync(acknowledgements, 'utf8').trimEnd().split('\n').at(-1));
  const after = disk.cut();
  try {
    return { acknowledged, ...reopened(path.join(after.folder, 'bank.sqlite')) };
  } finally {
    after.remove();
    child.kill('SIGCONT');
  }
}

/** A signal stops a process between two system calls: an fsync that is under way is finished first. */
async function stopped({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) throw new RangeError('the writer has no process');
  const state = (): string => /\) (\S)/.exec(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))?.[1] ?? '';
  while (state() !== 'T') await sleep(realClock, 1);
}

/** Number of the newest entry, and whether the app takes the ledger for whole. */
function reopened(file: string): { readonly found: number; readonly isVerified: boolean } {
  const opened = openLedgerOn(file, { clock: realClock, random: systemRandom });
  const { ledger } = opened;
  try {
    return { found: ledger.head().sequence, isVerified: ledger.health().kind === 'verified' };
  } finally {
    opened.close();
  }
}

/** `added`: charges acknowledged since the cut before. */
function counted(before: CutFigures, outcome: Outcome, added: number): CutFigures {
  const { acknowledged, found, isVerified } = outcome;
  const lost = Math.max(0, acknowledged - found);
  return {
    ...before,
    cuts: before.cuts + 1,
    acknowledged: before.acknowledged + added,
    cutsThatLost: before.cutsThatLost + (lost > 0 ? 1 : 0),
    mostLost: Math.max(before.mostLost, lost),
    unnoticed: before.unnoticed + (lost > 0 && isVerified ? 1 : 0),
    refusedWhole: before.refusedWhole + (lost === 0 && !isVerified ? 1 : 0),
  };
}

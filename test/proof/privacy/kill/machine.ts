/** A machine whose evidence lies in files, so that a process that is killed leaves it behind: what it did, and what reached the hub. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Receipt } from '#shared/contract/federation.ts';
import { DEFAULT_POLICY } from '#main/bank/settings/policy.ts';
import { secretsMirror } from '#main/bank/privacy/ledger-secrets.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import { type FakeClock, fakeClock } from '../../../fakes/clock.ts';
import { fakeTrainer } from '../../../fakes/bank-trainer.ts';
import { type BankSettings, type Bug, type Machine } from '../gate/bank.ts';
import type { Evidence, Happening, Transmission } from '../gate/evidence.ts';
import type { Fuse } from '../gate/fuse.ts';
import { committedView, createRecorder, type Recorder } from '../gate/recorder.ts';
import { snapshotOf } from '../gate/snapshot.ts';
import { CHARTER, CHARTER_HASH, stepsOfRound } from '../gate/terms.ts';
import { createFakeWire } from '../gate/wire.ts';
import { ACCOUNTANT } from '../gate/world.ts';

/** Between two lives of the bank; longer than any round or countdown. */
const LIFE_MS = 1e9;

export interface KillMachine extends Machine {
  readonly recorder: Recorder;
  readonly clock: FakeClock;
  readonly settings: BankSettings;
}

export interface Life {
  readonly folder: string;
  /** 0 for the first process on this store. */
  readonly number: number;
  readonly fuse: Fuse;
  readonly bug: Bug;
}

export function killMachine({ folder, number, fuse, bug }: Life): KillMachine {
  const file = storeFile(folder);
  const earlier = { history: happenings(folder), wire: transmissions(folder) };
  let view: ReturnType<typeof committedView> | undefined;
  const recorder = createRecorder(() => (view ??= committedView(file)), {
    earlier,
    sink: {
      happening: (one) => {
        appendFileSync(path.join(folder, HISTORY), `${JSON.stringify(one)}\n`);
      },
      transmission: (one) => {
        appendFileSync(path.join(folder, WIRE), `${JSON.stringify(one)}\n`);
      },
    },
  });
  const clock = fakeClock();
  clock.advance(number * LIFE_MS);
  const settings: BankSettings = {
    policy: DEFAULT_POLICY,
    standing: { kind: 'off' },
    mode: 'one',
    round: undefined,
  };
  const secrets = createSecrets({
    directory: path.join(folder, 'keys'),
    key: { kind: 'none' },
    random: systemRandom,
  });
  return {
    ...{ file, clock, recorder, settings, fuse, bug },
    random: systemRandom,
    trainer: fakeTrainer(`life ${String(number)}`),
    wire: createFakeWire(recorder, clock, receiptsOf(earlier.wire)),
    mirror: secretsMirror(secrets),
    accountant: ACCOUNTANT,
    drawNoise: (roundId, noiseMultiplier = CHARTER.privacy.noiseMultiplier) => {
      const steps = stepsOfRound(settings.round?.index ?? 0);
      recorder.noise({ roundId, purpose: 'update', steps, noiseMultiplier });
    },
  };
}

const HISTORY = 'history.jsonl';
const WIRE = 'wire.jsonl';

export function storeFile(folder: string): string {
  return path.join(folder, 'bank.sqlite');
}

export function evidenceIn(folder: string): Evidence {
  return {
    history: happenings(folder),
    wire: transmissions(folder),
    store: snapshotOf(storeFile(folder)),
    undoMs: DEFAULT_POLICY.undoSeconds * 1000,
    charterHash: CHARTER_HASH,
  };
}

/** Written by this very harness: parsed, not checked again. */
function happenings(folder: string): readonly Happening[] {
  return lines(path.join(folder, HISTORY)).map((line) => Written.happening.parse(JSON.parse(line)));
}

function transmissions(folder: string): readonly Transmission[] {
  return lines(path.join(folder, WIRE)).map((line) => Written.transmission.parse(JSON.parse(line)));
}

const Written = {
  happening: z.custom<Happening>((value) => typeof value === 'object'),
  transmission: z.custom<Transmission>((value) => typeof value === 'object'),
};

function lines(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** A hub that is not killed remembers what it has acknowledged. */
function receiptsOf(wire: readonly Transmission[]): readonly Receipt[] {
  const headers = new Map(
    wire.flatMap(({ updateId, header }) => (header === null ? [] : [[updateId, header]])),
  );
  return wire.flatMap(({ call, updateId }) => {
    const header = headers.get(updateId);
    if (call !== 'bytes' || header === undefined) return [];
    const { bankId, roundId, payloadHash } = header;
    return [Receipt.parse({ updateId, bankId, roundId, payloadHash })];
  });
}

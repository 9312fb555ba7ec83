/** What the leak test thread is given, parsed on its side, and what it posts, parsed on the service's. */
import { z } from 'zod';
import { Failure } from '#shared/failure.ts';
import { LeakTest, Rehearsal } from '#shared/privacy/leak-view.ts';
import { Charter } from '#shared/round/charter.ts';
import { FeatureRows } from '../features/feature-rows.ts';
import { Checkpoint, EngineChoice } from '../training/questions.ts';

const common = {
  charter: Charter,
  /** The public model that the update started from. */
  checkpoint: Checkpoint,
  train: FeatureRows,
  /** Rows that were not trained on: they give the chance levels. */
  test: FeatureRows,
  engine: EngineChoice,
};

export const LeakTask = z.discriminatedUnion('kind', [
  z.object({
    ...common,
    kind: z.literal('held'),
    /** The exact held bytes. */
    payload: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
    tier: z.int().min(1),
    /** ε of everything this store has charged, this update included; null for a run that promises none. */
    epsilon: z.number().nullable(),
  }),
  z.object({ ...common, kind: z.literal('rehearsal'), batch: z.int().min(1).max(256) }),
]);
export type LeakTask = z.infer<typeof LeakTask>;
export type HeldTask = Extract<LeakTask, { kind: 'held' }>;
export type RehearsalTask = Extract<LeakTask, { kind: 'rehearsal' }>;

/** A rehearsal without what its caller knows. */
export const RehearsedLeaks = Rehearsal.pick({ tests: true, rows: true });
export type RehearsedLeaks = z.infer<typeof RehearsedLeaks>;

export const LeakMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), phase: z.string(), share: z.number() }),
  z.object({ kind: z.literal('tested'), tests: z.array(LeakTest) }),
  z.object({ kind: z.literal('rehearsed'), rehearsed: RehearsedLeaks }),
  z.object({ kind: z.literal('failed'), failure: Failure }),
]);
export type LeakMessage = z.infer<typeof LeakMessage>;

/** The bank's contract about its audit log and the pack for a regulator. */
import { z } from 'zod';
import { Digest, RunId, UtcTime } from '../ids.ts';
import { Countersigned } from '../round/reviewer-view.ts';
import { command, query } from './define.ts';

const nothing = z.strictObject({});

export const AuditKind = z.enum(['release', 'privacy', 'settings', 'data', 'consortium', 'other']);
export type AuditKind = z.infer<typeof AuditKind>;

export const AuditEntryView = z.object({
  sequence: z.number(),
  at: UtcTime,
  actor: z.string(),
  action: z.string(),
  kind: AuditKind,
  /** The entry in plain words. */
  sentence: z.string(),
  /** Canonical JSON, exactly the text that the hash covers. */
  detail: z.string(),
  hash: Digest,
});
export type AuditEntryView = z.infer<typeof AuditEntryView>;

export const AuditHealth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('verified'), entries: z.number(), head: Digest.nullable() }),
  z.object({ kind: z.literal('broken'), atSequence: z.number(), reason: z.string() }),
]);
export type AuditHealth = z.infer<typeof AuditHealth>;

/** One part of the store that was checked from its first entry to its last. */
export const StoreCheck = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('verified'), part: z.string(), detail: z.string() }),
  z.object({ kind: z.literal('broken'), part: z.string(), detail: z.string(), nextStep: z.string() }),
]);
export type StoreCheck = z.infer<typeof StoreCheck>;

const AuditFilter = z.strictObject({
  kind: AuditKind.optional(),
  search: z.string().max(200).default(''),
});

export const auditMethods = {
  /** Newest last; `after` is a sequence number. `total` counts what the filter leaves. */
  'audit.list': query(
    AuditFilter.extend({
      after: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(100),
    }),
    z.object({
      total: z.number(),
      entries: z.array(AuditEntryView),
      next: z.number().nullable(),
      health: AuditHealth,
    }),
  ),
  /** Reads and checks the whole chain again. */
  'audit.verify': query(nothing, AuditHealth),
  /** Everything that can be checked without the hub: ledger, audit, published rounds, and releases against all three. */
  'audit.verifyStore': query(nothing, z.array(StoreCheck)),
  /** Goes on from an audit whose end is missing, with an entry that says so; both reviewers in mode `two`. */
  'audit.recover': command(
    z.strictObject({ reason: z.string().max(2000), countersigned: Countersigned }),
    nothing,
  ),
  /** CSV of what the filter leaves, formula-guarded. */
  'audit.export': query(AuditFilter, z.object({ name: z.string(), text: z.string() })),
  /** One file for a regulator: resources/verify-pack.mjs checks it offline. Notes are left out unless asked for. */
  'audit.pack': command(
    z.strictObject({ runId: RunId.optional(), withNotes: z.boolean().default(false) }),
    z.object({ name: z.string(), text: z.string(), digest: Digest }),
  ),
} as const;

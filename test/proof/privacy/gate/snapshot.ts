/** The store at the end of a sequence, read by SQL of the harness and decoded without the gate. */
import Database from 'better-sqlite3';
import { z } from 'zod';
import { decodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { digestOf } from '#main/wire/identity.ts';
import { layoutOf } from '#main/bank/review/held.ts';
import { ScopeLimits } from '#shared/round/round-view.ts';
import type { StoredUpdate, StoreSnapshot } from './evidence.ts';
import { committedView } from './recorder.ts';
import { CHARTER, stepsOfRound } from './terms.ts';

const UpdateRow = z.object({
  updateId: z.string(),
  roundId: z.string(),
  chargeSequence: z.int().nullable(),
  position: z.int(),
  payload: z.instanceof(Uint8Array),
  header: z.string(),
  number: z.int(),
});
const ReleaseRow = z.object({
  updateId: z.string(),
  roundId: z.string(),
  source: z.string(),
  scopeNumber: z.int().nullable(),
  approval: z.string(),
});
const ScopeRow = z.object({
  number: z.int(),
  source: z.string(),
  reviewUpdateId: z.string().nullable(),
  rounds: z.int(),
  limits: z.string(),
});
const ScopeRoundRow = z.object({ scopeNumber: z.int(), roundId: z.string(), sent: z.int() });
const Hashed = z.object({ payloadHash: z.string(), signers: z.array(z.string()).default([]) });

const UPDATES = `SELECT update_id AS updateId, round_id AS roundId, charge_sequence AS chargeSequence, position, payload,
  header, rowid AS number FROM held_update ORDER BY rowid`;
const RELEASES = `SELECT update_id AS updateId, round_id AS roundId, source, scope_no AS scopeNumber, approval FROM release`;
const SCOPES = `SELECT scope_no AS number, source, review_update_id AS reviewUpdateId, rounds, limits FROM scope`;
const SCOPE_ROUNDS = 'SELECT scope_no AS scopeNumber, round_id AS roundId, sent FROM scope_round';

export function snapshotOf(file: string): StoreSnapshot {
  const view = committedView(file);
  const database = new Database(file, { readonly: true });
  try {
    return {
      charges: view.charges(),
      updates: z.array(UpdateRow).parse(database.prepare(UPDATES).all()).map(storedUpdate),
      releases: z
        .array(ReleaseRow)
        .parse(database.prepare(RELEASES).all())
        .map(({ approval, ...row }) => {
          const { payloadHash, signers } = Hashed.parse(JSON.parse(approval));
          return { ...row, payloadHash, signers: signers.length };
        }),
      scopes: z
        .array(ScopeRow)
        .parse(database.prepare(SCOPES).all())
        .map((row) => ({ ...row, limits: ScopeLimits.parse(JSON.parse(row.limits)) })),
      scopeRounds: z
        .array(ScopeRoundRow)
        .parse(database.prepare(SCOPE_ROUNDS).all())
        .map((row) => ({ ...row, sent: row.sent === 1 })),
    };
  } finally {
    database.close();
    view.close();
  }
}

function storedUpdate({
  payload,
  header,
  position,
  number,
  ...row
}: z.infer<typeof UpdateRow>): StoredUpdate {
  const isIntact = digestOf(payload) === Hashed.parse(JSON.parse(header)).payloadHash;
  return { ...row, isIntact, noiseRatio: noiseRatio(payload, position), order: number };
}

/** ‖γG‖ / (σC√(P·K)) of the stored bytes, by its definition; null where they are no update of the charter. */
function noiseRatio(payload: Uint8Array, index: number): number | null {
  const layout = layoutOf({ charter: CHARTER, index });
  const decoded = decodeUpdate(layout, payload);
  const vector = layout.find(({ name }) => name === 'sum');
  if (decoded.kind === 'refused' || vector === undefined) return null;
  const integers = decoded.vectors['sum'];
  if (!(integers instanceof Float64Array)) return null;
  const squares = integers.reduce((sum, value) => sum + value * value, 0);
  const { noiseMultiplier, clippingNorm } = CHARTER.privacy;
  const expected = noiseMultiplier * (clippingNorm ?? 1) * Math.sqrt(integers.length * stepsOfRound(index));
  return (vector.gridStep * Math.sqrt(squares)) / expected;
}

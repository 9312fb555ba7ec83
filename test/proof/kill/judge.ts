/**
 * The judge of a run that was killed: replays the signed list and the stored bytes offline and compares bit for bit, and
 * holds every bank's ledger against what the hub received from it (design.md I1, I4, I5, I8). Reads files only.
 */
import path from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { SignedCheckpointEntry, SignedRunPlan } from '#shared/contract/federation.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import {
  type Checkpoint,
  initialCheckpoint,
  serialiseCheckpoint,
} from '#main/learning/recipes/checkpoint.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { addToSums, emptySums } from '#main/learning/recipes/sums.ts';
import { decodeUpdate } from '#main/learning/recipes/update-codec.ts';
import { digestOf } from '#main/wire/identity.ts';
import { BANK_STORE_FILE } from '#main/bank/store/file.ts';

export interface Verdict {
  /** What is wrong, in words; empty when every promise held. */
  readonly violations: readonly string[];
  readonly modelHash: string;
}

interface Evidence {
  readonly hubHome: string;
  readonly bankHomes: readonly string[];
}

const Blob = z.instanceof(Uint8Array);
const RunRow = z.object({
  run_id: z.string(),
  signed_plan: z.string(),
  checkpoint_hash: z.string(),
  committed: z.int(),
});
const EntryRow = z.object({ signed_entry: z.string() });
const PayloadRow = z.object({ payload: Blob });

export function judge({ hubHome, bankHomes }: Evidence): Verdict {
  const hub = new Database(path.join(hubHome, 'hub.sqlite'), { readonly: true });
  try {
    const run = RunRow.parse(hub.prepare('SELECT * FROM run').get());
    const replayed = replay(hub, run);
    const banks = bankHomes.map((home) => judgeBank(home, hub, run.checkpoint_hash));
    return { violations: [...replayed, ...banks.flat()], modelHash: run.checkpoint_hash };
  } finally {
    hub.close();
  }
}

/** Every published checkpoint follows from the stored bytes of the listed updates, and only from them. */
function replay(hub: Database.Database, run: z.infer<typeof RunRow>): readonly string[] {
  const plan = SignedRunPlan.parse(JSON.parse(run.signed_plan));
  const { charter } = plan.plan;
  const violations: string[] = [];
  let checkpoint = initialCheckpoint(charter);
  let previous = digestOf(plan);
  const rows = z
    .array(EntryRow)
    .parse(hub.prepare('SELECT signed_entry FROM log_entry ORDER BY position').all());
  rows.forEach((row, index) => {
    const signed = SignedCheckpointEntry.parse(JSON.parse(row.signed_entry));
    if (signed.entry.previousHash !== previous)
      violations.push(`entry ${String(index)} does not follow the one before`);
    checkpoint = replayRound(hub, { signed, checkpoint, charter });
    if (digestOf(serialiseCheckpoint(checkpoint)) !== signed.entry.checkpointHash)
      violations.push(`the model of round ${String(index + 1)} does not follow from the stored bytes`);
    previous = digestOf(signed);
  });
  if (rows.length !== run.committed) violations.push('the log and the run disagree on the committed rounds');
  if (run.committed !== charter.recipe.rounds)
    violations.push(`only ${String(run.committed)} rounds were published`);
  return violations;
}

interface Replaying {
  readonly signed: SignedCheckpointEntry;
  readonly checkpoint: Checkpoint;
  readonly charter: Parameters<typeof updateLayout>[0];
}

function replayRound(hub: Database.Database, { signed, checkpoint, charter }: Replaying): Checkpoint {
  const { entry } = signed;
  const layout = updateLayout(charter, checkpoint.weights.length, checkpoint.round);
  const find = hub.prepare('SELECT payload FROM committed_update WHERE round_id = ? AND bank_id = ?');
  let sums = emptySums(layout);
  for (const { tier, update } of entry.included) {
    const { payload } = PayloadRow.parse(find.get(entry.roundId, update.header.bankId));
    const decoded = decodeUpdate(layout, payload);
    if (decoded.kind === 'refused' || digestOf(payload) !== update.header.payloadHash)
      throw new RangeError('a stored payload is not what was signed');
    sums = addToSums(sums, decoded.vectors, tier);
  }
  const included = entry.included.map(({ tier, update }) => ({ bankId: update.header.bankId, tier }));
  return stepFromSums({ charter, checkpoint, sums, included });
}

const ChargeRow = z.object({ body: z.string() });
const Charge = z.object({ roundId: z.string(), mechanism: z.object({ steps: z.int() }) });

/** The bank holds the hub's model, and its ledger has a charge of its own for every update that the hub received from it. */
function judgeBank(home: string, hub: Database.Database, modelHash: string): readonly string[] {
  const bank = new Database(path.join(home, BANK_STORE_FILE), { readonly: true });
  try {
    const violations = ledgerGaps(bank, hub).map((gap) => `${home}: ${gap}`);
    const newest = z
      .object({ checkpoint_hash: z.string() })
      .parse(bank.prepare('SELECT checkpoint_hash FROM log_entry ORDER BY position DESC LIMIT 1').get());
    if (newest.checkpoint_hash !== modelHash) violations.push(`${home} holds another model than the hub`);
    return violations;
  } finally {
    bank.close();
  }
}

const HeldRow = z.object({
  update_id: z.string(),
  round_id: z.string(),
  charge_sequence: z.int().nullable(),
});

function ledgerGaps(bank: Database.Database, hub: Database.Database): readonly string[] {
  const held = z
    .array(HeldRow)
    .parse(bank.prepare('SELECT update_id, round_id, charge_sequence FROM held_update').all());
  const received = hub.prepare('SELECT 1 FROM committed_update WHERE update_id = ?');
  const charge = bank.prepare("SELECT body FROM privacy_ledger WHERE sequence = ? AND kind = 'charge'");
  const used = new Set<number>();
  const gaps: string[] = [];
  for (const { update_id: updateId, round_id: roundId, charge_sequence: sequence } of held) {
    if (received.get(updateId) === undefined) continue;
    const found = sequence === null ? undefined : ChargeRow.optional().parse(charge.get(sequence));
    const body = found === undefined ? undefined : Charge.parse(JSON.parse(found.body));
    if (body?.roundId !== roundId || body.mechanism.steps < 1) gaps.push(`no charge for ${updateId}`);
    if (sequence !== null && used.has(sequence))
      gaps.push(`one charge paid for two updates, ${updateId} the second`);
    if (sequence !== null) used.add(sequence);
  }
  return used.size === 0 ? ['the hub received nothing from this bank'] : gaps;
}

/** Writes down what happens at the bank under test and at the hub's end of the wire, with what the store had committed by then. */
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { SignedUpdateHeader } from '#shared/contract/federation.ts';
import { digestOf, verifyStatement } from '#main/wire/identity.ts';
import type { Happening, SeenApproval, SeenCharge, SeenScope, Transmission } from './evidence.ts';
import { BANK_KEYS } from './terms.ts';

/** Another connection to the store: it sees what is committed, and nothing of an open transaction. */
export interface CommittedView {
  charges(): readonly SeenCharge[];
  approval(updateId: string): SeenApproval | null;
  isRecordedReleased(chargeSequence: number): boolean;
  scopes(): readonly SeenScope[];
  close(): void;
}

const ChargeRow = z.object({ sequence: z.int(), body: z.string() });
const ChargeBody = z.object({
  roundId: z.string().nullable(),
  purpose: z.string(),
  mechanism: z.object({ steps: z.int(), noiseMultiplier: z.number() }),
});
const ApprovalBody = z.object({
  bankId: z.string(),
  roundId: z.string(),
  updateId: z.string(),
  baseHash: z.string(),
  charterHash: z.string(),
  payloadHash: z.string(),
  byteLength: z.int(),
  chargeSequence: z.int().nullable(),
  cost: z.object({ steps: z.int() }).nullable(),
});
const TextRow = z.object({ text: z.string() });
const ScopeRow = z.object({ number: z.int(), source: z.string(), state: z.string() });
const StateBody = z.object({ kind: z.string() });

export function committedView(file: string): CommittedView {
  const database = new Database(file, { readonly: true, timeout: 2000 });
  const charges = database.prepare(
    "SELECT sequence, body FROM privacy_ledger WHERE kind = 'charge' ORDER BY sequence",
  );
  const approval = database.prepare('SELECT approval AS text FROM release WHERE update_id = ?');
  const outcomes = database.prepare("SELECT body AS text FROM privacy_ledger WHERE kind = 'released'");
  const scopes = database.prepare('SELECT scope_no AS number, source, state FROM scope ORDER BY scope_no');
  return {
    charges: () => z.array(ChargeRow).parse(charges.all()).map(seenCharge),
    approval: (updateId) => {
      const row = TextRow.optional().parse(approval.get(updateId));
      return row === undefined ? null : seenApproval(row.text);
    },
    isRecordedReleased: (sequence) =>
      z
        .array(TextRow)
        .parse(outcomes.all())
        .some(({ text }) => z.object({ charge: z.int() }).parse(JSON.parse(text)).charge === sequence),
    scopes: () =>
      z
        .array(ScopeRow)
        .parse(scopes.all())
        .map((row) => ({ ...row, state: StateBody.parse(JSON.parse(row.state)).kind })),
    close: () => {
      database.close();
    },
  };
}

function seenCharge({ sequence, body }: z.infer<typeof ChargeRow>): SeenCharge {
  const { roundId, purpose, mechanism } = ChargeBody.parse(JSON.parse(body));
  return { sequence, roundId, purpose, ...mechanism };
}

function seenApproval(text: string): SeenApproval {
  const { cost, ...rest } = ApprovalBody.parse(JSON.parse(text));
  return { ...rest, costSteps: cost?.steps ?? null };
}

export type NoiseDraw = Omit<Extract<Happening, { kind: 'noise' }>, 'kind' | 'committed'>;

export interface Recorder {
  readonly history: readonly Happening[];
  readonly wire: readonly Transmission[];
  happened(happening: Happening): void;
  noise(draw: NoiseDraw): void;
  offered(signed: SignedUpdateHeader, atMs: number): void;
  bytes(arrived: { readonly updateId: string; readonly bytes: Uint8Array; readonly atMs: number }): void;
}

export interface Sink {
  happening(happening: Happening): void;
  transmission(transmission: Transmission): void;
}

export interface Earlier {
  readonly history: readonly Happening[];
  readonly wire: readonly Transmission[];
}

const NOTHING_BEFORE: Earlier = { history: [], wire: [] };
const SILENT: Sink = { happening: () => undefined, transmission: () => undefined };

/**
 * `view`: asked anew each time, since a restart opens the store again. `sink`: where a killed process leaves its evidence;
 * `earlier`: what the processes before it left.
 */
export function createRecorder(
  view: () => CommittedView,
  { sink = SILENT, earlier = NOTHING_BEFORE }: { readonly sink?: Sink; readonly earlier?: Earlier } = {},
): Recorder {
  const history: Happening[] = [...earlier.history];
  const wire: Transmission[] = [...earlier.wire];
  const happened = (happening: Happening): void => {
    history.push(happening);
    sink.happening(happening);
  };
  const transmit = (
    one: Pick<Transmission, 'call' | 'updateId' | 'digest' | 'byteLength' | 'header' | 'atMs'>,
  ): void => {
    const release = view().approval(one.updateId);
    const charges = view().charges();
    const charge = charges.find(({ sequence }) => sequence === release?.chargeSequence) ?? null;
    const transmission: Transmission = {
      ...one,
      at: history.length,
      release,
      charge,
      isRecordedReleased: charge !== null && view().isRecordedReleased(charge.sequence),
    };
    wire.push(transmission);
    sink.transmission(transmission);
  };
  return {
    history,
    wire,
    happened,
    noise: (draw) => {
      const committed = view()
        .charges()
        .filter((charge) => charge.roundId === draw.roundId && charge.purpose === draw.purpose);
      happened({ kind: 'noise', ...draw, committed });
    },
    offered: ({ header, signature }, atMs) => {
      const isSigned = verifyStatement(BANK_KEYS.publicKey, 'update', { document: header, signature });
      const { updateId, payloadHash, byteLength } = header;
      transmit({
        call: 'offer',
        atMs,
        updateId,
        digest: payloadHash,
        byteLength,
        header: { ...header, isSigned },
      });
    },
    bytes: ({ updateId, bytes, atMs }) => {
      transmit({
        call: 'bytes',
        atMs,
        updateId,
        digest: digestOf(bytes),
        byteLength: bytes.length,
        header: null,
      });
    },
  };
}

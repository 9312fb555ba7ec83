/** What `bank epsilon` answers: pure accounting of stated mechanisms, without a store, a ledger or a budget. */
import { z } from 'zod';
import { FailureError } from '#shared/failure.ts';
import { Mechanism } from '#shared/privacy/mechanism.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import { epsilonByRdp } from '#shared/privacy/rdp.ts';

/** Flag values as typed, and the text of the file that --rows names. */
export interface EpsilonRequest {
  readonly samplingRate?: string | undefined;
  readonly noiseMultiplier?: string | undefined;
  readonly steps?: string | undefined;
  readonly delta?: string | undefined;
  readonly rowsText?: string | undefined;
}

/** JSON has no Infinity: no privacy is the text "Infinity". */
export interface EpsilonAnswer {
  readonly pld: number | 'Infinity';
  readonly rdp: number | 'Infinity';
}

const Delta = z.number().gt(0).lt(1);

const Segment = z
  .object({
    q: Mechanism.shape.samplingRate,
    sigma: Mechanism.shape.noiseMultiplier,
    steps: Mechanism.shape.steps,
  })
  .transform(({ q, sigma, steps }): Mechanism => ({ samplingRate: q, noiseMultiplier: sigma, steps }));

const Row = z.object({ ledger: z.array(Segment), delta: Delta });
type Row = z.infer<typeof Row>;

const FLAGS = [
  { name: 'samplingRate', flag: '--sampling-rate', schema: Mechanism.shape.samplingRate },
  { name: 'noiseMultiplier', flag: '--noise-multiplier', schema: Mechanism.shape.noiseMultiplier },
  { name: 'steps', flag: '--steps', schema: Mechanism.shape.steps },
  { name: 'delta', flag: '--delta', schema: Delta },
] as const;
type FlagName = (typeof FLAGS)[number]['name'];

/** One answer a row, of one row for a single mechanism. Throws `wrong-usage` or `invalid-input`. */
export function answerEpsilon(request: EpsilonRequest): readonly EpsilonAnswer[] {
  if (request.rowsText === undefined) return [answerRow(rowFromFlags(request))];
  const extra = FLAGS.find(({ name }) => request[name] !== undefined);
  if (extra !== undefined)
    throw new FailureError('wrong-usage', `${extra.flag} and --rows exclude each other`);
  return parseRows(request.rowsText).map(answerRow);
}

function answerRow({ ledger, delta }: Row): EpsilonAnswer {
  return { pld: asJson(epsilonByPld(ledger, delta)), rdp: asJson(epsilonByRdp(ledger, delta)) };
}

function asJson(epsilon: number): number | 'Infinity' {
  return epsilon === Infinity ? 'Infinity' : epsilon;
}

function rowFromFlags(request: EpsilonRequest): Row {
  const missing = FLAGS.filter(({ name }) => request[name] === undefined).map(({ flag }) => flag);
  if (missing.length > 0)
    throw new FailureError('wrong-usage', `Missing ${missing.join(', ')} (or give --rows FILE)`);
  const value = (wanted: FlagName): number => {
    const { flag, schema } = FLAGS.find(({ name }) => name === wanted) ?? FLAGS[0];
    const text = request[wanted] ?? '';
    const parsed = schema.safeParse(text.trim() === '' ? Number.NaN : Number(text));
    if (parsed.success) return parsed.data;
    throw new FailureError('invalid-input', `${flag} ${text}: ${issueText(parsed.error)}`, { flag });
  };
  const [samplingRate, noiseMultiplier] = [value('samplingRate'), value('noiseMultiplier')];
  return { ledger: [{ samplingRate, noiseMultiplier, steps: value('steps') }], delta: value('delta') };
}

function parseRows(text: string): readonly Row[] {
  const rows = z.array(z.unknown()).safeParse(parseJson(text));
  if (!rows.success) throw new FailureError('invalid-input', '--rows: the file is not a JSON array');
  return rows.data.map((row, index) => {
    const parsed = Row.safeParse(row);
    if (parsed.success) return parsed.data;
    throw new FailureError('invalid-input', `Row ${String(index)}: ${issueText(parsed.error)}`, {
      row: index,
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FailureError('invalid-input', `--rows: the file is not JSON (${String(error)})`);
  }
}

function issueText(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}

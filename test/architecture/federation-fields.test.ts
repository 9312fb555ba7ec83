/**
 * Every field that can travel between a bank and the hub, in one list. A new one fails here until it is added with its
 * privacy reason (design.md I7): nothing fitted on private data travels but the update itself.
 */
import { expect, it } from 'vitest';
import { z } from 'zod';
import { federationContract, FederationEvent } from '#shared/contract/federation.ts';
import { ConsortiumId } from '#shared/ids.ts';
import { Charter } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { updateLayout, type VectorName } from '#shared/round/update-layout.ts';

/** Paths of all leaves of a schema: `a.b`, `list[]`, and `kind:value.x` inside a union. The charter is public: one leaf. */
function fieldsOf(schema: z.core.$ZodType, path: string): string[] {
  if (schema instanceof z.ZodObject) {
    if ('secureAggregation' in schema.shape) return [`${path} (the public charter)`];
    const isStrict = (schema.def as z.core.$ZodObjectDef).catchall instanceof z.ZodNever;
    if (!isStrict) throw new Error(`${path} accepts unknown fields`);
    return Object.entries(schema.shape).flatMap(([key, field]) =>
      fieldsOf(field as z.ZodType, `${path}.${key}`),
    );
  }
  if (schema instanceof z.ZodArray) return fieldsOf(schema.element, `${path}[]`);
  if (schema instanceof z.ZodNullable) return fieldsOf(schema.unwrap(), `${path}?`);
  if (schema instanceof z.ZodDiscriminatedUnion)
    return schema.options.flatMap((option) => {
      const kind: unknown = option instanceof z.ZodObject ? option.shape['kind'] : undefined;
      if (!(kind instanceof z.ZodLiteral)) throw new Error(`${path} has an option without a kind`);
      return fieldsOf(option, `${path}<${String(kind.value)}>`);
    });
  if (!LEAVES.has(schema._zod.def.type))
    throw new Error(`${path} is a ${schema._zod.def.type}, in which other fields could hide`);
  return [path];
}

/** What ends a path: one value. `custom` is bytes. */
const LEAVES: ReadonlySet<string> = new Set(['string', 'number', 'enum', 'literal', 'custom']);

const UPDATE = [
  'consortiumId',
  'runId',
  'roundId',
  'bankId',
  'updateId',
  'charterHash',
  'baseHash',
  'payloadHash',
  'byteLength',
];
const header = (path: string): string[] => [
  ...UPDATE.map((one) => `${path}.header.${one}`),
  `${path}.signature`,
];
const receipt = (path: string): string[] => [
  ...['updateId', 'roundId', 'bankId', 'payloadHash'].map((one) => `${path}.receipt.receipt.${one}`),
  `${path}.receipt.hubSignature`,
];
const own = (path: string): string[] => [
  `${path}<none>.kind`,
  `${path}<partial>.kind`,
  `${path}<partial>.updateId`,
  `${path}<partial>.offset`,
  `${path}<committed>.kind`,
  ...receipt(`${path}<committed>`),
];

/** What the bytes of `sendChunk` are: every vector that any charter can make a bank send, and why it may leave. */
const VECTORS: Readonly<Record<VectorName, string>> = {
  difference: 'a function of noised sums; without privacy the members agreed to it',
  sum: 'clipped sums of Poisson batches with the noise of the charter',
  // privacy.md 2g.10: no PR-AUC, no count of rows or frauds travels, only these counts with noise of their own charge
  evaluation: 'score counts with discrete Gaussian noise, charged by themselves',
};

/** What a bank says. */
const FROM_BANK = [
  'hello.protocol',
  'hello.publicKey',
  'hello.nonce',
  'authenticate.signature',
  'enrol.code',
  'enrol.bankName',
  'enrol.signature',
  'runPlan.runId',
  // the public size tier: all that is said about how many rows there are
  'joinRun.membership.runId',
  'joinRun.membership.charterHash',
  'joinRun.membership.bankId',
  'joinRun.membership.tier',
  'joinRun.signature',
  'leaveRun.runId',
  'joinRound.roundId',
  'declineRound.roundId',
  // the newest hash of the ledger's keyed chain: no count and no ε, and without the bank's key no function of either
  'anchorLedger.anchored.statement.bankId',
  'anchorLedger.anchored.statement.head',
  'anchorLedger.anchored.signature',
  'anchorLedger.replaces?',
  ...header('offerUpdate'),
  'sendChunk.updateId',
  'sendChunk.offset',
  // the released, noised update
  'sendChunk.bytes',
  'roundResult.runId',
  'roundResult.index',
  'roundResult.inlineLimit',
  'blob.digest',
  'blob.offset',
];

const ENTRY = [
  'consortiumId',
  'runId',
  'roundId',
  'index',
  'previousHash',
  'charterHash',
  'baseHash',
  'checkpointHash',
  'sumsHash',
];

/** What the hub says. */
const FROM_HUB = [
  ...[
    'consortiumId',
    'consortiumName',
    'operatorKey',
    'hubKey',
    'hubKeySignature',
    'nonce',
    'hubSignature',
  ].map((one) => `hello.${one}`),
  'authenticate.membership',
  'authenticate.bankId?',
  'enrol.bankId',
  'enrol.membership',
  'pull.version',
  'pull.membership',
  ...['consortiumId', 'bankId', 'name', 'publicKey'].map((one) => `pull.roster[].entry.${one}`),
  'pull.roster[].operatorSignature',
  ...['runId', 'charterHash', 'status'].map((one) => `pull.runs[].${one}`),
  ...['runId', 'charterHash', 'bankId', 'tier'].map((one) => `pull.runs[].members[].membership.${one}`),
  'pull.runs[].members[].signature',
  'pull.runs[].committed',
  ...['roundId', 'index', 'phase', 'baseHash', 'cohort[]', 'received', 'closesInMs?', 'reason?'].map(
    (one) => `pull.runs[].round?.${one}`,
  ),
  ...own('pull.runs[].round?.own'),
  'runPlan.plan.runId',
  'runPlan.plan.charterHash',
  'runPlan.plan.charter (the public charter)',
  'runPlan.operatorSignature',
  // the bank's own signed hash, back to that bank alone
  ...['statement.bankId', 'statement.head', 'signature'].flatMap((one) => [
    `pull.ownLedgerHead?.${one}`,
    `anchorLedger.${one}`,
  ]),
  ...own('offerUpdate'),
  ...own('sendChunk'),
  ...ENTRY.map((one) => `roundResult.entry.entry.${one}`),
  'roundResult.entry.entry.included[].tier',
  ...header('roundResult.entry.entry.included[].update'),
  'roundResult.entry.entry.publishedAt',
  'roundResult.entry.hubSignature',
  'roundResult.sums?',
  'roundResult.payloads[].payloadHash',
  'roundResult.payloads[].bytes',
  'blob.totalBytes',
  'blob.bytes',
  'event.kind',
  'event.version',
];

it('a bank says nothing but these fields', () => {
  const fields = Object.entries(federationContract).flatMap(([name, method]) => fieldsOf(method.input, name));
  expect(fields.toSorted()).toEqual(FROM_BANK.toSorted());
});

it('the bytes of an update hold nothing but these vectors, and their charter says which', () => {
  const found = new Set<string>();
  for (const recipe of ['few-rounds', 'one-step', 'fedavg'] as const) {
    const isPrivate = recipe !== 'fedavg';
    for (const kind of isPrivate ? (['on', 'off'] as const) : (['off'] as const)) {
      const charter = charterOf(recipe, kind);
      for (const index of [0, 1, 2, 3]) {
        const names = updateLayout(charter, 10, index).map(({ name }) => name);
        expect(names.includes('evaluation')).toBe(kind === 'on' && index === 2);
        for (const name of names) found.add(name);
      }
    }
  }
  expect([...found].toSorted()).toEqual(Object.keys(VECTORS).toSorted());
});

function charterOf(recipe: 'few-rounds' | 'one-step' | 'fedavg', kind: 'on' | 'off') {
  return Charter.parse(
    presetCharter({
      consortium: { id: ConsortiumId.parse('con_00000000000000000000000000'), name: 'Fields' },
      title: 'fields',
      features: 'card-v1',
      split: REFERENCE_SPLIT,
      recipe,
      rounds: 10,
      noiseMultiplier: recipe === 'fedavg' ? 0 : 0.1,
      histogram:
        kind === 'off' ? { kind } : { kind, everyRounds: 2, noiseStandardDeviation: 10, rowsPerUnit: 1 },
    }),
  );
}

it('the hub says nothing but these fields', () => {
  const answers = Object.entries(federationContract).flatMap(([name, method]) =>
    fieldsOf(method.output, name),
  );
  const fields = [...answers, ...fieldsOf(FederationEvent, 'event')];
  expect(fields.toSorted()).toEqual(FROM_HUB.toSorted());
});

it('a schema that would let unknown fields through is found', () => {
  expect(() => fieldsOf(z.object({ rows: z.number() }), 'loose')).toThrow(/accepts unknown fields/);
  const figures = z.object({ prAuc: z.number() });
  for (const hiding of [
    z.record(z.string(), z.number()),
    z.unknown(),
    figures.optional(),
    z.tuple([figures]),
  ])
    expect(() => fieldsOf(z.strictObject({ note: hiding }), 'loose')).toThrow(/other fields could hide/);
});

#!/usr/bin/env node
// Checks a pack of Parley (parley/pack/1) without Parley and without a network: node verify-pack.mjs FILE [--json] [--operator-key=HEX] [--ledger-head=HEX]
// One file, no dependency but Node from version 20 on. docs/pack-format.md says what is proven and what is not.
// Exit code 0: everything below holds. 1: refused, with the first reason found. 2: wrong usage.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// ---- canonical JSON, hashes, signatures ---------------------------------------------------------------------------------
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}
const same = (a, b) => canonical(a) === canonical(b);
const digest = (value) => createHash('sha256').update(canonical(value)).digest('hex');
const ZEROS = '0'.repeat(64);

class Refusal extends Error {}
function need(condition, reason) {
  if (!condition) throw new Refusal(reason);
}

/** RFC 8410: a fixed prefix and the 32 bytes. Each key is decoded once: that takes as long as half a check. */
const keyObjects = new Map();
function keyObject(publicKey) {
  const der = Buffer.from(`302a300506032b6570032100${publicKey}`, 'hex');
  const key = keyObjects.get(publicKey) ?? createPublicKey({ key: der, format: 'der', type: 'spki' });
  keyObjects.set(publicKey, key);
  return key;
}

/** Ed25519 over the canonical JSON of the document with its purpose: a signature for one purpose is worth nothing for another. */
function isSigned(publicKey, purpose, document, signature) {
  const text = canonical({ ...document, protocol: 'parley/federation/1', purpose });
  try {
    return verify(null, Buffer.from(text), keyObject(publicKey), Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}
const fingerprint = (key) =>
  createHash('sha256').update(Buffer.from(key, 'hex')).digest('hex').slice(0, 32).match(/.{4}/g).join(' ');

// ---- the closed shape of a pack: a field too many or too few is refused ----
const matching = (pattern) => (value) => typeof value === 'string' && pattern.test(value);
const id = (prefix) => matching(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`));
const oneOf = (...values) => matching(new RegExp(`^(${values.join('|')})$`));
const TYPES = {
  ...{ bank: id('bnk'), consortium: id('con'), run: id('run'), round: id('rnd'), update: id('upd') },
  ...{ reviewer: id('rvw'), hash: matching(/^[0-9a-f]{64}$/), signature: matching(/^[0-9a-f]{128}$/) },
  time: (value) =>
    matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)(value) && !Number.isNaN(Date.parse(value)),
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  int: (value) => Number.isSafeInteger(value) && value >= 0,
  share: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  /** Noise that a computer can account for: its square is neither lost nor infinite. */
  noise: (value) =>
    value === 0 ||
    (typeof value === 'number' && value > 0 && value * value > 0 && Number.isFinite(value * value)),
  boolean: (value) => typeof value === 'boolean',
  object: isObject,
  unit: oneOf('transaction', 'account'),
};
const orNull = (shape) => ({ orNull: shape });
const listOf = (shape) => ({ listOf: shape });
/** `{ a: int, b: orNull(hash) }` from 'a:int b:hash?'. */
function fields(text) {
  const members = text.split(' ').map((field) => field.split(':'));
  return Object.fromEntries(
    members.map(([name, type]) => [
      name,
      type.endsWith('?') ? orNull(TYPES[type.slice(0, -1)]) : TYPES[type],
    ]),
  );
}

const MECHANISM = fields('samplingRate:share noiseMultiplier:noise steps:int');
const HEADER = fields(
  'consortiumId:consortium runId:run roundId:round bankId:bank updateId:update ' +
    'charterHash:hash baseHash:hash payloadHash:hash byteLength:int',
);
const RUN = {
  plan: {
    plan: fields('runId:run charterHash:hash charter:object'),
    ...fields('operatorSignature:signature'),
  },
  status: oneOf('open', 'completed', 'cancelled'),
  membership: oneOf('none', 'joined', 'left'),
  members: listOf({
    membership: fields('runId:run charterHash:hash bankId:bank tier:int'),
    ...fields('signature:signature'),
  }),
  log: listOf({
    entry: {
      ...fields(
        'consortiumId:consortium runId:run roundId:round index:int previousHash:hash charterHash:hash',
      ),
      ...fields('baseHash:hash checkpointHash:hash sumsHash:hash publishedAt:time'),
      included: listOf({
        ...fields('tier:int'),
        update: { header: HEADER, ...fields('signature:signature') },
      }),
    },
    ...fields('hubSignature:signature'),
  }),
};
const REVIEW = {
  ...fields('scope:object note:text?'),
  signed: {
    statement: fields(
      'updateId:update payloadHash:hash scopeHash:hash reviewerId:reviewer reviewer:text at:time',
    ),
    ...fields('publicKey:hash signature:signature'),
  },
};
const RELEASE = {
  approval: {
    ...fields('bankId:bank roundId:round updateId:update baseHash:hash charterHash:hash payloadHash:hash'),
    ...fields('byteLength:int chargeSequence:int? evaluationChargeSequence:int?'),
    ...{ cost: orNull(MECHANISM), evaluationCost: orNull(MECHANISM), signers: listOf(TYPES.reviewer) },
  },
  ...{ ...fields('signature:signature scope:int?'), source: oneOf('review', 'scope') },
  receipt: orNull({
    receipt: fields('updateId:update roundId:round bankId:bank payloadHash:hash'),
    ...fields('hubSignature:signature'),
  }),
  reviews: listOf(REVIEW),
};
const UPDATE = {
  ...{ ...fields('index:int heldAt:time'), header: HEADER, release: orNull(RELEASE) },
  charge: orNull({
    ...{
      ...fields('sequence:int epsilonBefore:number epsilonAfter:number fromHold:int?'),
      mechanism: MECHANISM,
    },
    evaluation: orNull({ ...fields('sequence:int'), mechanism: MECHANISM }),
  }),
  decision: orNull({ kind: oneOf('released', 'withheld', 'late'), ...fields('at:time note:text?') }),
};
/** The end of a scope by a figure says which; every other state is its kind alone. */
const BY_LIMIT = fields('kind:text index:int figure:text value:number? limit:number?');
const stateShape = ({ kind }) =>
  kind === 'stopped-by-limit' ? BY_LIMIT : { kind: oneOf('running', 'ended', 'stopped-by-person') };
const SCOPE = {
  ...{ ...fields('number:int runId:run reviewUpdateId:update? firstIndex:int rounds:int hold:int?') },
  state: { by: stateShape },
  ...{ source: oneOf('review', 'standing-policy'), epsilons: listOf(TYPES.number) },
  limits: fields(
    'minimumNoiseRatio:number maximumNoiseRatio:number minimumCosine:number maximumEpsilonPerRound:number',
  ),
  covered: listOf({
    ...fields('roundId:round index:int sent:boolean'),
    figures: fields('noiseRatio:number? cosine:number? epsilon:number'),
  }),
};
const PACK = {
  ...{ format: oneOf('parley/pack/1'), ...fields('madeAt:time madeBy:text run:run?') },
  ...{ notes: oneOf('included', 'left-out'), bank: fields('name:text bankId:bank? publicKey:hash') },
  consortium: orNull({
    ...fields('id:consortium name:text operatorKey:hash'),
    hubKeys: listOf(fields('hubKey:hash operatorSignature:signature')),
    roster: listOf({
      entry: fields('consortiumId:consortium bankId:bank name:text publicKey:hash'),
      ...fields('operatorSignature:signature'),
    }),
  }),
  ...{ runs: listOf(RUN), updates: listOf(UPDATE), scopes: listOf(SCOPE) },
  ledger: listOf(fields('sequence:int at:text kind:text body:text mac:text previousMac:text hash:hash')),
  audit: listOf(fields('sequence:int at:time actor:text action:text detail:text? hash:hash')),
};
const OUTCOME = fields('charge:int');
/** Bodies of ledger entries, by kind. */
const BODIES = {
  'budget-set': fields('epsilon:number delta:number unit:unit reason:text?'),
  charge: {
    ...fields(
      'runId:run? roundId:round? unit:unit clippingNorm:number delta:number hold:int? epsilonAfter:number?',
    ),
    ...{
      purpose: oneOf('update', 'evaluation', 'consortium-table', 'count'),
      adjacency: oneOf('add-remove'),
    },
    mechanism: MECHANISM,
  },
  hold: { ...fields('runId:run clippingNorm:number'), mechanisms: listOf(MECHANISM) },
  'hold-returned': fields('hold:int'),
  recovered: {
    ...fields('reason:text fault:text trail:text epsilonAfter:number?'),
    budget: orNull(fields('epsilon:number delta:number unit:unit')),
    mechanisms: listOf(MECHANISM),
    lost: (value) => value === 'next-budget' || (TYPES.number(value) && value >= 0),
    earlier: oneOf('stand', 'included'),
    answersFor: listOf(TYPES.hash),
    sealed: orNull(fields('rows:int digest:hash')),
  },
  ...{ released: OUTCOME, withheld: OUTCOME, late: OUTCOME, 'not-sent': OUTCOME },
};

function requireShape(value, shape, path) {
  if (typeof shape === 'function') need(shape(value), `${path}: not a value that the format allows`);
  else if (shape.orNull) value === null || requireShape(value, shape.orNull, path);
  else if (shape.listOf) {
    need(Array.isArray(value), `${path}: not a list`);
    value.forEach((item, i) => requireShape(item, shape.listOf, `${path}[${i}]`));
  } else {
    need(isObject(value), `${path}: not an object`);
    const members = shape.by ? shape.by(value) : shape;
    for (const name of Object.keys(members))
      need(Object.hasOwn(value, name), `${path}: the field "${name}" is missing`);
    for (const name of Object.keys(value)) {
      need(Object.hasOwn(members, name), `${path}: the field "${name}" is unknown`);
      requireShape(value[name], members[name], `${path}.${name}`);
    }
  }
}

// ---- ε between two bounds that share nothing with Parley's own accountant ------------------------------------------------
/** Equal steps added up; what costs nothing left out. */
function merged(mechanisms) {
  const kinds = new Map();
  for (const { samplingRate: q, noiseMultiplier: z, steps } of mechanisms) {
    if (q === 0 || steps === 0) continue;
    const kind = kinds.get(`${q}/${z}`);
    kinds.set(`${q}/${z}`, { q, z, steps: steps + (kind?.steps ?? 0) });
  }
  return [...kinds.values()].sort((a, b) => a.q - b.q || a.z - b.z);
}

/** Upper bound: Rényi divergence at the orders 2 to 256 (Mironov, Talwar and Zhang 2019), converted by Canonne, Kamath and Steinke 2020. */
function epsilonAtMost(mechanisms, delta) {
  const kinds = merged(mechanisms);
  if (kinds.length === 0) return 0;
  if (kinds.some(({ z }) => z === 0)) return Infinity;
  let least = Infinity;
  const parts = kinds.map(({ q, z, steps }) => ({ moments: momentsOf(q, z), steps }));
  for (let order = 2; order <= MOST_ORDER; order++) {
    const rdp = parts.reduce((sum, { moments, steps }) => sum + (steps * moments[order]) / (order - 1), 0);
    least = Math.min(least, rdp + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1));
  }
  return Math.max(0, least);
}

const MOST_REMEMBERED = 64;
const MOST_ORDER = 256;
const momentsOf = remembered((q, z) =>
  Float64Array.from({ length: MOST_ORDER + 1 }, (_, order) => (order < 2 ? 0 : logMoment(q, z, order))),
);

/** The same function, an answer computed once while it is among the newest: a pack of many kinds of steps must not fill the memory. */
function remembered(compute) {
  const known = new Map();
  return (...values) => {
    const name = JSON.stringify(values);
    if (!known.has(name)) known.set(name, compute(...values));
    if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value);
    return known.get(name);
  };
}

/** log of the moment of whole order a: Σ C(a,k) (1−q)^(a−k) q^k exp((k² − k) / 2z²). */
function logMoment(q, z, order) {
  if (q === 1) return (order * (order - 1)) / (2 * z * z);
  let [logSum, logChoose] = [-Infinity, 0];
  for (let k = 0; k <= order; k++) {
    const term = logChoose + k * Math.log(q) + (order - k) * Math.log1p(-q) + (k * k - k) / (2 * z * z);
    logSum = Math.max(logSum, term) + Math.log1p(Math.exp(-Math.abs(logSum - term)));
    logChoose += Math.log((order - k) / (k + 1));
  }
  return logSum;
}

/** Complementary error function: a series near 0, a continued fraction beyond. */
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x > 27) return 0;
  if (x < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-17; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
const normal = (x) => erfc(-x / Math.SQRT2) / 2;

const CELLS = 2 ** 18;
const SPAN = 64;
const WIDTH = SPAN / CELLS;

/**
 * Spectrum of one step's privacy loss on a ring of cells from −32 to 32, each loss rounded down to its cell: the loss of
 * "one unit more" against "one unit less", log(1 − q + q·exp((2x − 1) / 2z²)) with x from the mixture, which grows with x.
 */
const spectrumOf = remembered((q, z) => {
  const real = new Float64Array(CELLS);
  const below = (loss) => {
    const inner = (Math.exp(loss) - (1 - q)) / q;
    if (inner <= 0) return 0;
    const x = z * z * Math.log(inner) + 0.5;
    return (1 - q) * normal(x / z) + q * normal((x - 1) / z);
  };
  let before = below(-SPAN / 2);
  for (let cell = -CELLS / 2; cell < CELLS / 2; cell++) {
    const next = cell === CELLS / 2 - 1 ? 1 : below((cell + 1) * WIDTH);
    real[(cell + CELLS) % CELLS] = Math.max(0, next - before);
    before = next;
  }
  const imaginary = new Float64Array(CELLS);
  transform(real, imaginary);
  // Kept as logarithm and angle: a step's power is then a product.
  return {
    logSize: real.map((value, i) => Math.log(Math.hypot(value, imaginary[i]))),
    angle: real.map((value, i) => Math.atan2(imaginary[i], value)),
  };
});

const COSINES = Float64Array.from({ length: CELLS / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / CELLS));
const SINES = Float64Array.from({ length: CELLS / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / CELLS));

/** Radix-2 Fourier transform in place. */
function transform(real, imaginary) {
  const n = CELLS;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    const stride = n / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = COSINES[k * stride];
        const s = SINES[k * stride];
        const re = real[b] * c - imaginary[b] * s;
        const im = real[b] * s + imaginary[b] * c;
        real[b] = real[a] - re;
        imaginary[b] = imaginary[a] - im;
        real[a] += re;
        imaginary[a] += im;
      }
    }
  }
}

/**
 * Lower bound: the composed losses by Fourier transform. Rounding down, and wrapping a loss above 32 to a smaller one, only
 * lowers δ(ε). Losses below −32 wrap upwards; their probability is at most e^−32, with rounding e^(WIDTH·steps − 32), and is
 * given to δ as slack, with the transform's own error.
 */
function epsilonAtLeast(mechanisms, delta) {
  const kinds = merged(mechanisms);
  if (kinds.length === 0) return 0;
  if (kinds.some(({ z }) => z === 0)) return Infinity;
  return composedEpsilon(worthCounting(kinds, delta), delta);
}

/**
 * Some of the steps are a lower bound as well. Steps that cost less than their rounding takes away would lower it, and costly
 * ones could be hidden behind a crowd of idle ones: the costliest alone count, as many as promise the highest bound.
 */
function worthCounting(kinds, delta) {
  const total = kinds.reduce((sum, { steps }) => sum + steps, 0);
  let best = { kinds: [], promise: -Infinity };
  for (const order of [2, 16]) {
    const sorted = [...kinds].sort((a, b) => momentsOf(b.q, b.z)[order] - momentsOf(a.q, a.z)[order]);
    for (let count = 1; count < 2 * total && count <= MOST_STEPS; count *= 2) {
      const part = costliest(sorted, count);
      const mechanisms = part.map(({ q, z, steps }) => ({ samplingRate: q, noiseMultiplier: z, steps }));
      const promise = epsilonAtMost(mechanisms, delta) - (WIDTH * Math.min(count, total)) / 2;
      if (promise > best.promise) best = { kinds: part, promise };
    }
  }
  return best.kinds;
}

/** Beyond these the slack for losses that wrap upwards would be more than a usual δ. */
const MOST_STEPS = 2 ** 15;

/** The first `count` steps of a sorted list. */
function costliest(sorted, count) {
  let left = count;
  return sorted.flatMap((kind) => {
    const steps = Math.min(left, kind.steps);
    left -= steps;
    return steps === 0 ? [] : [{ ...kind, steps }];
  });
}

const composedEpsilon = remembered((kinds, delta) => {
  const steps = kinds.reduce((sum, kind) => sum + kind.steps, 0);
  const target = delta + 1e-10 + Math.exp(WIDTH * steps - SPAN / 2);
  const [real, imaginary] = [new Float64Array(CELLS), new Float64Array(CELLS)];
  const parts = kinds.map(({ q, z, steps: times }) => ({ spectrum: spectrumOf(q, z), times }));
  for (let i = 0; i < CELLS; i++) {
    let [logSize, angle] = [0, 0];
    for (const { spectrum, times } of parts) {
      logSize += times * spectrum.logSize[i];
      angle += times * spectrum.angle[i];
    }
    // The conjugate makes the forward transform an inverse one; the result is real.
    [real[i], imaginary[i]] = [Math.exp(logSize) * Math.cos(angle), -Math.exp(logSize) * Math.sin(angle)];
  }
  transform(real, imaginary);
  let [mass, weighted] = [0, 0];
  for (let cell = CELLS / 2 - 1; cell >= 0; cell--) {
    const probability = Math.max(0, real[cell] / CELLS);
    mass += probability;
    weighted += probability * Math.exp(-cell * WIDTH);
    // δ(ε) = mass − e^ε·weighted over the losses above ε
    const reached = mass - Math.exp((cell - 1) * WIDTH) * weighted;
    if (reached >= target) return Math.max(0, Math.log((mass - target) / weighted));
  }
  need(Number.isFinite(mass), 'the ε of its steps is beyond this check');
  return 0;
});

// ---- the checks ----
const by = (at) => (condition, reason) => need(condition, `${at}: ${reason}`);

function unique(values, reason) {
  const seen = new Set();
  for (const value of values) {
    need(!seen.has(value), reason(value));
    seen.add(value);
  }
}

/** The operator's key is the root: compare its fingerprint by another channel. It signs the hub's keys and the members. */
function checkConsortium({ consortium, bank, runs, updates }) {
  const isEmpty = bank.bankId === null && runs.length + updates.length === 0;
  need(consortium !== null || isEmpty, 'runs or updates without a consortium');
  if (consortium === null) return new Map();
  const { id: consortiumId, operatorKey, hubKeys, roster } = consortium;
  for (const { hubKey, operatorSignature } of hubKeys) {
    const document = { consortiumId, hubKey };
    need(
      isSigned(operatorKey, 'hub-key', document, operatorSignature),
      `hub key ${hubKey}: not signed by the operator`,
    );
  }
  const bankIds = roster.map(({ entry }) => entry.bankId);
  unique(bankIds, (bankId) => `roster: ${bankId} is listed twice`);
  for (const { entry, operatorSignature } of roster) {
    const must = by('roster');
    must(entry.consortiumId === consortiumId, `${entry.bankId} is of another consortium`);
    const isGenuine = isSigned(operatorKey, 'roster-entry', entry, operatorSignature);
    must(isGenuine, `${entry.bankId} is not signed by the operator`);
  }
  const keys = new Map(roster.map(({ entry }) => [entry.bankId, entry.publicKey]));
  // A member that left its id out would have nothing that is its own in the log.
  const isOne = roster.every(
    ({ entry }) => (entry.bankId === bank.bankId) === (entry.publicKey === bank.publicKey),
  );
  const own = roster.find(({ entry }) => entry.bankId === bank.bankId)?.entry;
  const isKnown = isOne && (own !== undefined || updates.length === 0);
  need(isKnown, 'the key of this bank is not the one in the roster');
  need(own === undefined || own.name === bank.name, `the operator knows this bank as ${own?.name}`);
  return keys;
}

/** One run: the signed plan, who counter-signed it, and the chained log of published rounds. */
function checkRun({ plan: signedPlan, members, log }, { consortium, keys }) {
  const { plan, operatorSignature } = signedPlan;
  const { runId, charter, charterHash } = plan;
  const must = by(`run ${runId}`);
  const isGenuine = isSigned(consortium.operatorKey, 'run-plan', plan, operatorSignature);
  must(isGenuine, 'the plan is not signed by the operator');
  must(digest(charter) === charterHash, 'the charter does not have its hash');
  const isOurs = charter.format === 'parley/charter/1' && charter.consortium.id === consortium.id;
  must(isOurs, 'the charter is of another consortium or format');
  const bankIds = members.map(({ membership }) => membership.bankId);
  unique(bankIds, (bankId) => `run ${runId}: ${bankId} is a member twice`);
  for (const { membership, signature } of members) {
    const { bankId } = membership;
    const isThis = membership.runId === runId && membership.charterHash === charterHash;
    must(isThis, 'a membership is for another charter');
    const isOwn = isSigned(keys.get(bankId), 'run-membership', membership, signature);
    must(isOwn, `the membership of ${bankId} is not signed by it`);
  }
  const tiers = new Map(members.map(({ membership }) => [membership.bankId, membership.tier]));
  let [previousHash, model] = [digest(signedPlan), null];
  for (const [index, signedEntry] of log.entries()) {
    checkEntry(signedEntry, { consortium, keys, tiers, plan, index, previousHash, model });
    [previousHash, model] = [digest(signedEntry), signedEntry.entry.checkpointHash];
  }
  must(log.length <= charter.recipe.rounds, 'more rounds than planned');
}

function checkEntry({ entry, hubSignature }, { consortium, keys, tiers, plan, index, previousHash, model }) {
  const must = by(`run ${plan.runId}, round ${index + 1}`);
  must(entry.index === index, `the log has entry ${entry.index} in its place`);
  must(entry.previousHash === previousHash, 'it does not follow from the one before');
  must(isSignedByHub(consortium, 'checkpoint', entry, hubSignature), 'not signed by the hub');
  const isOfRun = entry.consortiumId === consortium.id && entry.runId === plan.runId;
  must(isOfRun && entry.charterHash === plan.charterHash, 'it is of another run');
  must(
    model === null || entry.baseHash === model,
    'it starts from another model than the round before led to',
  );
  must(entry.included.length >= plan.charter.participation.quorum, 'fewer updates than the quorum');
  const bankIds = entry.included.map(({ update }) => update.header.bankId);
  unique(bankIds, (bankId) => `run ${plan.runId}, round ${index + 1}: ${bankId} is counted twice`);
  for (const { tier, update } of entry.included) {
    const { header, signature } = update;
    const names = ['consortiumId', 'runId', 'roundId', 'charterHash', 'baseHash'];
    const isOfRound = names.every((name) => header[name] === entry[name]);
    must(isOfRound, `the update of ${header.bankId} is for another round`);
    must(tiers.get(header.bankId) === tier, `${header.bankId} is counted with another weight than it signed`);
    const isOwn = isSigned(keys.get(header.bankId), 'update', header, signature);
    must(isOwn, `the update of ${header.bankId} is not signed by it`);
  }
}

function isSignedByHub({ hubKeys }, purpose, document, signature) {
  return hubKeys.some(({ hubKey }) => isSigned(hubKey, purpose, document, signature));
}

/** The ledger, entry by entry: chained, of the known kinds, never above the budget of its day, ε between both bounds. */
function checkLedger({ ledger }) {
  const sealed = sealedRows(ledger);
  const state = {
    ...{ budget: null, charges: new Map(), holds: new Map(), recorded: 0 },
    ...{ recovered: [], lost: 0, recoveries: 0, missing: 0, sealed: ledger[sealed - 1]?.sequence ?? 0 },
  };
  let [previousHash, previous] = [ZEROS, { sequence: 0, mac: ZEROS }];
  for (const [i, { hash, ...row }] of ledger.entries()) {
    const at = `ledger entry ${i + 1}`;
    const must = by(at);
    const isSealed = i < sealed;
    const isNext = row.sequence === previous.sequence + 1 && row.previousMac === previous.mac;
    must(isSealed || row.sequence === previous.sequence + 1, `entry ${row.sequence} stands in its place`);
    const isChained = digest({ format: 'parley/pack-ledger/1', ...row, previousHash }) === hash;
    must(isChained && (isSealed || isNext), 'it was changed, or does not follow');
    [previousHash, previous] = [hash, row];
    if (isSealed) foldSealed(row, state);
    else foldRow({ ...bodyOf(row, at), kind: row.kind, sequence: row.sequence }, state, must);
  }
  return state;
}

function bodyOf({ at: moment, kind, body }, at) {
  const must = by(at);
  must(TYPES.time(moment), 'its time is none');
  must(Object.hasOwn(BODIES, kind), `the kind "${kind}" is unknown`);
  const value = parsed(body, must);
  requireShape(value, BODIES[kind], at);
  return value;
}

function parsed(json, must) {
  let value;
  try {
    value = JSON.parse(json);
  } catch {
    must(false, 'its text is not JSON');
  }
  must(canonical(value) === json, 'its text is not canonical JSON');
  return value;
}

/** Rows before the newest recovery that sealed a damaged chain: kept as they were found, under one digest. */
function sealedRows(ledger) {
  for (let i = ledger.length - 1; i > 0; i--) {
    if (ledger[i].kind !== 'recovered') continue;
    const { sealed } = bodyOf(ledger[i], `ledger entry ${i + 1}`);
    if (sealed === null) continue;
    const all = createHash('sha256').update('parley/ledger-sealed/1');
    for (const { sequence, at, kind, body, mac, previousMac } of ledger.slice(0, i))
      all.update(canonical({ sequence, at, kind, body, hash: mac, previousHash: previousMac }));
    const isSealed = sealed.rows === i && all.digest('hex') === sealed.digest;
    need(isSealed, `ledger entry ${i + 1}: the entries that it sealed are others`);
    return i;
  }
  return 0;
}

/** A sealed row proves nothing by itself; where it can be read, later entries and updates may still refer to it. */
function foldSealed(row, state) {
  let body;
  try {
    body = bodyOf(row, 'a sealed entry');
  } catch {
    return;
  }
  if (row.kind === 'budget-set') state.budget = body;
  if (row.kind === 'charge') {
    const { budget } = state;
    state.charges.set(row.sequence, {
      ...body,
      outcome: null,
      budget: budget?.epsilon ?? Infinity,
      isCounted: true,
    });
  }
  const charge = state.charges.get(body.charge);
  if (charge !== undefined) charge.outcome = row.kind;
}

function foldRow(row, state, must) {
  const { budget, charges, holds } = state;
  const needsBudget = row.kind !== 'budget-set' && row.kind !== 'recovered';
  must(budget !== null || !needsBudget, 'nothing can be spent before a budget is set');
  if (row.kind === 'budget-set') {
    const isSame = budget === null || (row.delta === budget.delta && row.unit === budget.unit);
    must(isSame, 'the unit of privacy or δ changed');
    const isFree = budget === null || row.epsilon <= budget.epsilon;
    must(isFree || row.reason !== null, 'the budget was raised without a reason');
    state.budget = row;
    if (state.lost === 'next-budget') state.lost = row.epsilon;
  } else if (row.kind === 'charge') foldCharge(row, state, must);
  else if (row.kind === 'recovered') foldRecovery(row, state, must);
  else if (row.kind === 'hold') {
    const left = row.mechanisms.map((mechanism) => ({ ...mechanism }));
    holds.set(row.sequence, { runId: row.runId, isOpen: true, left });
    requireBudget(state, must);
  } else if (row.kind === 'hold-returned') {
    must(holds.get(row.hold)?.isOpen, `hold ${row.hold} is not open`);
    holds.get(row.hold).isOpen = false;
  } else {
    const charge = charges.get(row.charge);
    must(charge !== undefined, `there is no earlier charge ${row.charge}`);
    must(charge.outcome === null, `charge ${row.charge} has an outcome already`);
    charge.outcome = row.kind;
  }
}

const TOLERANCE = 1e-6;

/** Mechanisms that count, what was lost without its steps coming on top by basic composition. */
function spentBy({ charges, recovered }) {
  const counted = [...charges.values()].filter(({ isCounted }) => isCounted);
  return [...recovered, ...counted.map(({ mechanism }) => mechanism)];
}
const lostIn = ({ lost }) => (lost === 'next-budget' ? 0 : lost);
const leastOf = (state) => lostIn(state) + epsilonAtLeast(spentBy(state), state.budget.delta);
const mostOf = (state) => lostIn(state) + epsilonAtMost(spentBy(state), state.budget.delta);

function foldCharge(row, state, must) {
  const { budget, charges, holds, recorded } = state;
  const { unit, delta, hold, epsilonAfter } = row;
  const isSame = unit === budget.unit && delta === budget.delta;
  must(isSame, 'charged in another unit of privacy or at another δ');
  must(
    (hold === null) === (epsilonAfter !== null),
    'a charge records its ε exactly when it is not from a hold',
  );
  charges.set(row.sequence, { ...row, outcome: null, budget: budget.epsilon, isCounted: true });
  if (hold !== null) takeFromHold(holds.get(hold), row, must);
  else {
    const [least, most] = [leastOf(state), Math.max(mostOf(state), recorded)];
    const said = `ε ${epsilonAfter} is`;
    must(
      epsilonAfter >= least - TOLERANCE,
      `${said} less than its steps cost (at least ${least.toFixed(4)})`,
    );
    must(
      epsilonAfter <= most + TOLERANCE,
      `${said} more than its steps can cost (at most ${most.toFixed(4)})`,
    );
    must(epsilonAfter >= recorded, `${said} less than the ${recorded} before it`);
    must(epsilonAfter <= budget.epsilon + TOLERANCE, `${said} above the budget of ${budget.epsilon}`);
    state.recorded = epsilonAfter;
  }
  requireBudget(state, must);
}

/** A person went on from a damaged or older ledger: what was missing is charged here, and every hold ends. */
function foldRecovery(row, state, must) {
  const { budget, mechanisms, lost, earlier, epsilonAfter } = row;
  const isSame = !state.budget || (budget?.delta === state.budget.delta && budget.unit === state.budget.unit);
  must(isSame || row.sealed !== null, 'the unit of privacy or δ changed');
  const before = state.budget === null ? 0 : leastOf(state);
  if (budget !== null) state.budget = budget;
  for (const hold of state.holds.values()) hold.isOpen = false;
  if (earlier === 'included') {
    for (const charge of state.charges.values()) charge.isCounted = false;
    state.recovered = [];
  }
  state.recovered = [...state.recovered, ...mechanisms];
  state.lost = lost;
  state.recoveries += 1;
  if (state.budget === null) return;
  must(
    epsilonAfter >= Math.max(leastOf(state), state.recorded) - TOLERANCE,
    `it counts ε ${epsilonAfter}, and less than was spent`,
  );
  // Sealed entries may say anything: what the pack's own updates cost is held against the end of the ledger instead.
  const isLess = mostOf(state) < before - TOLERANCE;
  must(row.sealed !== null || !isLess, `it counts less than the ε ${before.toFixed(4)} before it`);
  state.recorded = epsilonAfter;
}

function takeFromHold(hold, { runId, mechanism, hold: number }, must) {
  const { samplingRate, noiseMultiplier, steps } = mechanism;
  const isSame = (one) => one.samplingRate === samplingRate && one.noiseMultiplier === noiseMultiplier;
  const kind = hold?.isOpen && hold.runId === runId ? hold.left.filter(isSame) : [];
  const left = kind.reduce((sum, one) => sum + one.steps, 0);
  must(left >= steps, `hold ${number} does not cover it`);
  let wanted = steps;
  for (const one of kind) {
    const taken = Math.min(wanted, one.steps);
    one.steps -= taken;
    wanted -= taken;
  }
}

/** Charges and open holds together, by the lower bound: above it the budget was certainly exceeded. */
function requireBudget(state, must) {
  const { budget, holds } = state;
  const held = [...holds.values()].filter(({ isOpen }) => isOpen).flatMap(({ left }) => left);
  const least = lostIn(state) + epsilonAtLeast([...spentBy(state), ...held], budget.delta);
  const cost = `charges and holds cost at least ε ${least.toFixed(4)}`;
  must(least <= budget.epsilon + TOLERANCE, `${cost}, above the budget of ${budget.epsilon}`);
}

/** Noisy steps of the first `index` rounds of the recipe "few rounds": round(T·u√u), u = index ÷ rounds, at least one a round. */
function stepsBefore({ rounds, steps }, index) {
  let done = 0;
  for (let r = 1; r <= index; r++) {
    const share = r / rounds;
    done = Math.max(Math.round(steps * share * Math.sqrt(share)), done + 1);
  }
  return done;
}

/** Exact noise is added to a sum rounded to its grid: accounted with sensitivity C + γ√d. Else it is the charter's own. */
function accountedNoise({ privacy, grids, model }) {
  const { noiseMultiplier, clippingNorm, sampler } = privacy;
  if (sampler !== 'discrete-gaussian' || clippingNorm === null) return noiseMultiplier;
  const parameters = model.layers
    .slice(1)
    .reduce((sum, outputs, i) => sum + (model.layers[i] + 1) * outputs, 0);
  const rounding = 2 ** grids.sum.exponent * Math.sqrt(parameters);
  return (noiseMultiplier * clippingNorm) / (clippingNorm + rounding);
}

/** What the charter makes round `index` cost: its training, and its score histogram where it has one. */
function plannedCost(charter, index) {
  const { recipe, evaluation } = charter;
  const noiseMultiplier = accountedNoise(charter);
  if (recipe.kind === 'plain' || noiseMultiplier === 0) return { training: null, histogram: null };
  const isOneStep = recipe.kind === 'one-step';
  const steps = isOneStep ? 1 : stepsBefore(recipe, index + 1) - stepsBefore(recipe, index);
  const training = { samplingRate: recipe.samplingRate, noiseMultiplier, steps };
  const { kind, everyRounds, noiseStandardDeviation, rowsPerUnit } = evaluation.histogram;
  const isDue = kind === 'on' && index > 0 && index % everyRounds === 0;
  // discrete noise is accounted for as .998 of itself: no ledger counts less than its exact ε
  const noise = (0.998 * noiseStandardDeviation) / rowsPerUnit;
  return { training, histogram: isDue ? { samplingRate: 1, noiseMultiplier: noise, steps: 1 } : null };
}

/** Every held update: bound to its round, paid for by charges of its own, and, where it left, approved, signed, acknowledged. */
function checkUpdates(pack, ledger) {
  const { updates, runs, bank, consortium } = pack;
  const released = updates.filter(({ release }) => release);
  unique(
    updates.map(({ header }) => header.updateId),
    (updateId) => `${updateId} stands twice in the pack`,
  );
  unique(
    released.map(({ header }) => header.roundId),
    (roundId) => `two updates were released in ${roundId}`,
  );
  const owners = new Map();
  for (const update of updates) {
    const { header, decision, release } = update;
    const must = by(header.updateId);
    const run = runs.find(({ plan }) => plan.plan.runId === header.runId);
    must(run !== undefined, 'its run is not in the pack');
    must(run.membership !== 'none', 'this bank says that it never joined its run');
    const isOwn = header.bankId === bank.bankId && header.consortiumId === consortium.id;
    must(isOwn, 'it is of another bank or consortium');
    must(header.charterHash === run.plan.plan.charterHash, 'it names another charter');
    checkPlace(update, run.log, must);
    checkCharges(update, { charter: run.plan.plan.charter, ledger, owners, must, updates });
    must(
      (decision?.kind === 'released') === (release !== null),
      'its decision and its release contradict each other',
    );
    if (release !== null) checkRelease(update, { bank, consortium, must });
  }
  checkNothingHidden(pack, { owners, ledger });
}

/** The round that the header names is the one with this index, and it started from the model that the header names. */
function checkPlace({ header, index }, log, must) {
  const published = log.findIndex(({ entry }) => entry.roundId === header.roundId);
  must(published === -1 || published === index, 'the log has its round in another place');
  if (log.length === 0) return;
  const models = [log[0].entry.baseHash, ...log.map(({ entry }) => entry.checkpointHash)];
  must(index < models.length, 'its round was never reached');
  must(models[index] === header.baseHash, 'it starts from another model than the published one');
}

/**
 * A training as planned, or the same with more noise: a person may discard an update and train again so. Less noise never is,
 * and what a scope released was charged exactly as planned.
 */
function checkNoise({ charge, header, release }, planned, { updates, must }) {
  const paid = charge?.mechanism ?? null;
  const hasMore = paid !== null && planned !== null && paid.noiseMultiplier > planned.noiseMultiplier;
  const isByPerson = hasMore && release?.source !== 'scope';
  const expected = isByPerson ? { ...planned, noiseMultiplier: paid.noiseMultiplier } : planned;
  must(same(paid, expected), 'it was not charged as the charter plans its round');
  if (!isByPerson) return;
  const before = updates.slice(
    0,
    updates.findIndex((one) => one.header.updateId === header.updateId),
  );
  const discarded = before.find(
    (one) => one.header.roundId === header.roundId && one.decision?.kind === 'withheld',
  );
  must(discarded !== undefined, 'it has more noise than planned, and nothing was discarded for it');
}

function checkCharges(update, { charter, ledger, owners, must, updates }) {
  const { charge, header, index, decision } = update;
  const { training, histogram } = plannedCost(charter, index);
  checkNoise(update, training, { updates, must });
  const paid = charge?.evaluation ?? null;
  must(same(paid?.mechanism ?? null, histogram), 'its score histogram was not charged as the charter plans');
  if (charge === null) return;
  const { runId, roundId, updateId } = header;
  const { unit, clippingNorm } = charter.privacy;
  const common = { runId, roundId, unit, hold: charge.fromHold };
  const { sequence: number, mechanism } = charge;
  const parts = [{ sequence: number, mechanism, purpose: 'update', clippingNorm }];
  const { rowsPerUnit } = charter.evaluation.histogram;
  if (paid !== null) parts.push({ ...paid, purpose: 'evaluation', clippingNorm: rowsPerUnit });
  for (const { sequence, ...terms } of parts) {
    const row = ledger.charges.get(sequence);
    // A damaged entry that a recovery sealed may be unreadable: what it charged is within the recovery's own figures.
    if (row === undefined && sequence <= ledger.sealed) continue;
    must(row !== undefined, `the ledger has no charge ${sequence} for it`);
    must(!owners.has(sequence), `charge ${sequence} stands behind another update already`);
    owners.set(sequence, updateId);
    for (const [name, value] of Object.entries({ ...common, ...terms }))
      must(same(row[name], value), `charge ${sequence} has another ${name}`);
    const outcome = row.outcome ?? 'not decided';
    must(row.outcome === (decision?.kind ?? null), `the ledger says that charge ${sequence} was ${outcome}`);
  }
  const { epsilonAfter = 0, budget = Infinity } = ledger.charges.get(charge.sequence) ?? {};
  const least = Math.max(charge.epsilonBefore, epsilonAfter);
  const isInside = charge.epsilonAfter >= least && charge.epsilonAfter <= budget + TOLERANCE;
  must(isInside, `its ε ${charge.epsilonAfter} is not that of the ledger`);
}

/** Approval, header and bytes are one thing; the reviewers signed it where two had to; the hub acknowledged it. */
function checkRelease({ header, charge, release }, { bank, consortium, must }) {
  const { approval, receipt, reviews } = release;
  const { bankId, roundId, updateId, baseHash, charterHash, payloadHash, byteLength } = header;
  const expected = {
    ...{ bankId, roundId, updateId, baseHash, charterHash, payloadHash, byteLength },
    chargeSequence: charge?.sequence ?? null,
    cost: charge?.mechanism ?? null,
    evaluationChargeSequence: charge?.evaluation?.sequence ?? null,
    evaluationCost: charge?.evaluation?.mechanism ?? null,
    signers: reviews.map(({ signed }) => signed.statement.reviewerId),
  };
  for (const [name, value] of Object.entries(expected))
    must(same(approval[name], value), `its approval names another ${name}`);
  must(
    isSigned(bank.publicKey, 'update', header, release.signature),
    'the release is not signed by the bank',
  );
  must(
    (release.source === 'scope') === (release.scope !== null),
    'its source and its scope contradict each other',
  );
  if (receipt !== null) {
    must(
      same(receipt.receipt, { updateId, roundId, bankId, payloadHash }),
      'its receipt is for another update',
    );
    const isGenuine = isSignedByHub(consortium, 'receipt', receipt.receipt, receipt.hubSignature);
    must(isGenuine, 'its receipt is not signed by the hub');
  }
  must(
    new Set(reviews.map(({ signed }) => signed.publicKey)).size === reviews.length,
    'one reviewer signed twice',
  );
  const scopes = new Set(reviews.map(({ signed }) => signed.statement.scopeHash));
  must(scopes.size <= 1, 'its reviewers signed for different scopes');
  for (const { scope, signed } of reviews) {
    const { statement, publicKey, signature } = signed;
    const who = statement.reviewer;
    must(isSigned(publicKey, 'review', statement, signature), `the signature of ${who} does not verify`);
    const isThis = statement.updateId === updateId && statement.payloadHash === payloadHash;
    must(isThis, `${who} signed another update`);
    must(statement.scopeHash === digest(scope), `${who} signed another scope`);
  }
}

/** What the log and the ledger know of this bank is all in the list of updates: nothing that left was left out. */
function checkNothingHidden({ updates, runs, run, bank }, { owners, ledger }) {
  const released = new Map(updates.filter(({ release }) => release).map((one) => [one.header.roundId, one]));
  const costs = updates.flatMap(({ charge }) =>
    charge ? [charge.mechanism, charge.evaluation?.mechanism] : [],
  );
  for (const { plan, log } of runs) {
    for (const { entry } of log) {
      const own = entry.included.find(({ update }) => update.header.bankId === bank.bankId);
      const isThere =
        own === undefined || same(released.get(entry.roundId)?.header ?? null, own.update.header);
      // Where a restored store went on, the recovery charged what the older copy lacked: it is counted, not refused.
      if (!isThere) {
        const { training, histogram } = plannedCost(plan.plan.charter, entry.index);
        // Beside another update of the round it was a second training, maybe with more noise than planned: how much is not known.
        const isSecond = updates.some(({ header }) => header.roundId === entry.roundId);
        costs.push(isSecond ? undefined : training, histogram);
        ledger.missing += 1;
      }
      const at = `run ${plan.plan.runId}, round ${entry.index + 1}`;
      need(
        isThere || ledger.recoveries > 0,
        `${at}: the hub published an update of this bank that the pack does not have`,
      );
    }
  }
  const known = new Set(runs.map(({ plan }) => plan.plan.runId));
  for (const [sequence, { runId, outcome }] of ledger.charges) {
    need(
      run !== null || runId === null || known.has(runId),
      `charge ${sequence}: its run is not in the pack`,
    );
    const isDecided = known.has(runId) && outcome !== null && outcome !== 'not-sent';
    const isExplained = !isDecided || owners.has(sequence) || sequence <= ledger.sealed;
    need(isExplained, `charge ${sequence} was ${outcome}, and its update is not in the pack`);
  }
  if (ledger.recoveries > 0) requireCounted(costs.filter(Boolean), ledger);
}

/** A recovery replaces what was counted before it: what is known to have been charged has to be within it all the same. */
function requireCounted(costs, ledger) {
  if (ledger.budget === null) return;
  const least = epsilonAtLeast(costs, ledger.budget.delta);
  const counted = Math.max(ledger.recorded, mostOf(ledger));
  const words = `the recovered ledger counts ε ${counted.toFixed(4)}, and its updates cost at least ${least.toFixed(4)}`;
  need(counted >= least - TOLERANCE, words);
}

/** Scopes: each rests on a review or a standing policy, set its cost aside first, and released only inside its limits. */
function checkScopes({ scopes, updates, runs }, { holds, sealed }) {
  unique(
    scopes.map(({ number }) => number),
    (number) => `scope ${number} stands twice in the pack`,
  );
  const released = updates.filter(({ release }) => release);
  for (const { header, release } of released) {
    const covered = scopes.find(({ number }) => number === release.scope)?.covered ?? [];
    const isListed = covered.some(({ roundId, sent }) => sent && roundId === header.roundId);
    need(release.source === 'review' || isListed, `${header.updateId}: no scope of the pack released it`);
  }
  for (const scope of scopes) {
    const must = by(`scope ${scope.number}`);
    const plan = runs.find((run) => run.plan.plan.runId === scope.runId)?.plan.plan;
    must(plan !== undefined, 'its run is not in the pack');
    const hold = holds.get(scope.hold);
    const isPrivate = plan.charter.privacy.noiseMultiplier > 0;
    const isHeld = hold?.runId === scope.runId || (scope.hold !== null && scope.hold <= sealed);
    must(isPrivate ? isHeld : scope.hold === null, 'the ledger has no hold for it');
    must(scope.state.kind === 'running' || !hold?.isOpen, 'it is over, and its hold is still open');
    const review = released.find(({ header }) => header.updateId === scope.reviewUpdateId);
    must(
      (scope.source === 'review') === (review !== undefined),
      'the review that it rests on is not in the pack',
    );
    const isByHand = review?.release.source === 'review' && review.index < scope.firstIndex;
    must(review === undefined || isByHand, 'it rests on no review by hand');
    for (const { scope: agreed, signed } of review?.release.reviews ?? []) {
      const isAgreed = scope.rounds <= (agreed.following ?? 0) && same(agreed.limits ?? null, scope.limits);
      must(isAgreed, `${signed.statement.reviewer} signed for other rounds or limits`);
    }
    unique(
      scope.covered.map(({ roundId }) => roundId),
      (roundId) => `scope ${scope.number}: ${roundId} stands twice in it`,
    );
    const sent = scope.covered.filter((round) => round.sent);
    must(sent.length <= scope.rounds, 'it released more rounds than it allows');
    for (const round of sent) checkCovered(round, { scope, released, must });
  }
}

function checkCovered({ roundId, index, figures }, { scope, released, must }) {
  const round = `round ${index + 1}`;
  const update = released.find(({ header }) => header.roundId === roundId);
  const isUnder =
    update?.release.scope === scope.number && update.index === index && index >= scope.firstIndex;
  must(isUnder, `${round} was not released under it`);
  const { minimumNoiseRatio, maximumNoiseRatio, minimumCosine, maximumEpsilonPerRound } = scope.limits;
  const { noiseRatio, cosine, epsilon } = figures;
  const hasNoise =
    noiseRatio === null || (noiseRatio >= minimumNoiseRatio && noiseRatio <= maximumNoiseRatio);
  const isInside =
    hasNoise && (cosine === null || cosine >= minimumCosine) && epsilon <= maximumEpsilonPerRound;
  must(isInside, `${round} was released outside its limits`);
}

/** The audit: chained, and it says of every decision and scope what the pack says, the reviewers' keys and signatures included. */
function checkAudit({ audit, notes, updates, scopes, run, runs }, { recoveries }) {
  const decided = updates.filter(({ decision }) => decision);
  const state = {
    ...{ mode: 'one', reviewers: new Map(), signatures: new Set(), standing: new Set(), recoveries: 0 },
    ...{ opened: new Map(), told: new Set(), discarded: new Map(), scopes, isWhole: run === null },
    updates: new Map(decided.map((one) => [one.header.updateId, one])),
  };
  let previous_hash = ZEROS;
  for (const [i, { hash, ...entry }] of audit.entries()) {
    const must = by(`audit entry ${i + 1}`);
    must(entry.sequence === i + 1, `entry ${entry.sequence} stands in its place`);
    const mayMiss = notes === 'left-out' && entry.action.startsWith('review.');
    must(entry.detail !== null || mayMiss, 'its text was left out');
    const isChained = entry.detail === null || digest({ ...entry, previous_hash }) === hash;
    must(isChained, 'it was changed, or does not follow');
    previous_hash = hash;
    if (entry.detail !== null) followEntry(entry, state, must);
  }
  for (const { header, decision } of decided) {
    const isTold = state.told.has(header.updateId);
    need(isTold, `${header.updateId}: the audit does not say that it was ${decision.kind}`);
  }
  for (const scope of scopes) checkOpened(scope, state);
  for (const update of updates) checkDiscarded(update, { updates, runs, state });
  need(state.recoveries >= recoveries, 'the ledger was recovered, and the audit does not say so');
}

/** More noise than planned is what the audit says a person asked for when an update of the round was discarded. */
function checkDiscarded({ header, charge, index }, { updates, runs, state }) {
  const { charter } = runs.find(({ plan }) => plan.plan.runId === header.runId).plan.plan;
  const noise = charge?.mechanism.noiseMultiplier ?? null;
  if (noise === null || noise === plannedCost(charter, index).training.noiseMultiplier) return;
  const asked = updates
    .filter((one) => one.header.roundId === header.roundId)
    .flatMap((one) => state.discarded.get(one.header.updateId)?.noiseMultiplier ?? []);
  const isAsked = asked.some((noiseMultiplier) => {
    const privacy = { ...charter.privacy, noiseMultiplier };
    return accountedNoise({ ...charter, privacy }) === noise;
  });
  need(isAsked, `${header.updateId}: the audit does not say that its noise was asked for`);
}

/** What Parley itself records, by whatever name: a person's commands are called otherwise. */
const BY_PARLEY =
  /^(update\.(released|withheld|late|discarded)|scope\.opened|reviewers\.(added|removed|mode-changed)|policy\.(loosened|standing-on)|privacy\.(budget-raised|recovered)|audit\.recovered)$/;
/** Changes that loosen something: in mode "two" they carry the signatures of two reviewers. */
const LOOSENING = /^(reviewers|policy|privacy|audit)\./;

function followEntry({ actor, action, detail: text }, state, must) {
  // A standing policy from before there were reviewers is known by the command alone.
  if (action === 'policy.setStanding' && state.mode === 'one') {
    const { policy } = parsed(text, must);
    if (policy?.kind === 'on') state.standing.add(digest(policy.limits));
  }
  if (!BY_PARLEY.test(action)) return;
  must(actor === 'Parley', `what Parley records is recorded by ${actor}`);
  const detail = parsed(text, must);
  if (LOOSENING.test(action)) followChange({ action, detail }, state, must);
  else if (action === 'scope.opened') {
    const { source, limits } = detail;
    const isAllowed = source !== 'standing-policy' || state.standing.has(digest(limits));
    must(isAllowed, 'no standing policy with its limits was switched on');
    state.opened.set(detail.scope, detail);
  } else if (action === 'update.discarded') state.discarded.set(detail.updateId, detail);
  else followDecision({ kind: action.slice('update.'.length), detail }, state, must);
}

function followDecision({ kind, detail }, state, must) {
  const { updateId } = detail;
  must(!state.told.has(updateId), `${updateId} was decided before`);
  state.told.add(updateId);
  const update = state.updates.get(updateId);
  need(!state.isWhole || update !== undefined, `the audit has ${kind} updates that the pack does not have`);
  if (update === undefined) return;
  need(update.decision.kind === kind, `${updateId}: the audit says that it was ${kind}`);
  if (kind === 'released') checkTold(update, { detail, state });
}

/** Who may sign, and that what two reviewers countersigned is the very change that the entry tells, once. */
function followChange({ action, detail }, state, must) {
  const { countersigned = [], ...change } = detail;
  for (const { statement, publicKey, signature } of countersigned) {
    const who = statement.reviewer;
    must(isSigned(publicKey, 'change', statement, signature), `the signature of ${who} does not verify`);
    const isThis = statement.action === action && statement.changeHash === digest(change);
    must(isThis, `${who} countersigned another change`);
    must(isReviewer({ statement, publicKey }, state), `${who} is no reviewer that the audit knows`);
    must(!state.signatures.has(signature), `${who} countersigned this once, not twice`);
    state.signatures.add(signature);
  }
  const signers = new Set(countersigned.map(({ publicKey }) => publicKey)).size;
  const isFree = state.mode === 'one' || signers >= 2 || changesNothing({ action, detail }, state);
  must(isFree, 'two reviewers had to countersign it');
  const { reviewerId, publicKey, name } = detail;
  if (action === 'reviewers.added') state.reviewers.set(reviewerId, { publicKey, name });
  if (action === 'reviewers.removed') state.reviewers.delete(reviewerId);
  if (action === 'reviewers.mode-changed') state.mode = detail.to;
  if (action === 'policy.standing-on') state.standing.add(digest(detail.limits));
  if (action === 'privacy.recovered') state.recoveries += 1;
}

/** Where the store's file was altered, Parley puts back who decides: to what the audit says already. */
function changesNothing({ action, detail }, { mode, reviewers }) {
  const known = reviewers.get(detail.reviewerId);
  switch (action) {
    case 'reviewers.added':
      return known?.publicKey === detail.publicKey && known?.name === detail.name;
    case 'reviewers.removed':
      return known === undefined;
    default:
      return action === 'reviewers.mode-changed' && detail.to === mode;
  }
}

function isReviewer({ statement, publicKey }, { reviewers }) {
  const known = reviewers.get(statement.reviewerId);
  return known?.publicKey === publicKey && known.name === statement.reviewer;
}

function checkTold({ header, release }, { detail, state }) {
  const must = by(header.updateId);
  const { approval, source, scope: number, reviews } = release;
  const scope = state.scopes.find((one) => one.number === number);
  const figures = scope?.covered.find(({ roundId }) => roundId === header.roundId)?.figures;
  const isTold =
    Object.entries(approval).every(([name, value]) => same(detail[name] ?? null, value)) &&
    detail.source === source &&
    detail.scope === number &&
    (source === 'review' || (detail.limitsHash === digest(scope?.limits) && same(detail.figures, figures)));
  must(isTold, 'the audit tells its release otherwise');
  must(source === 'scope' || state.mode === 'one' || reviews.length >= 2, 'two reviewers had to sign it');
  for (const { signed } of reviews)
    must(isReviewer(signed, state), `${signed.statement.reviewer} is no reviewer that the audit knows`);
}

function checkOpened({ number, runId, source, rounds, limits, hold }, { opened }) {
  const told = opened.get(number) ?? {};
  const expected = { runId, source, rounds, limits, hold };
  const isTold = Object.entries(expected).every(([name, value]) => same(told[name] ?? null, value));
  need(isTold, `scope ${number}: the audit tells its opening otherwise`);
}

function checkNotes({ notes, updates }) {
  const decisions = updates.flatMap(({ decision }) => decision ?? []);
  const reviews = updates.flatMap(({ release }) => release?.reviews ?? []);
  const isAsSaid = [...decisions, ...reviews].every(({ note }) => (note === null) === (notes === 'left-out'));
  need(isAsSaid, 'notes are there although they were left out, or missing');
}

/** Throws a Refusal with the first reason; answers what the pack says, for one page. */
function checkPack(content, { operatorKey, ledgerHead }) {
  let file;
  try {
    file = JSON.parse(content);
  } catch {
    need(false, 'the file is not JSON');
  }
  need(`${canonical(file)}\n` === content, 'the file is not canonical JSON: it was edited or damaged');
  requireShape(file, { pack: PACK, ...fields('digest:hash signature:signature') }, 'pack');
  const { pack } = file;
  need(digest(pack) === file.digest, 'the digest is not that of the content');
  const statement = { bankKey: pack.bank.publicKey, digest: file.digest };
  need(
    isSigned(pack.bank.publicKey, 'pack', statement, file.signature),
    'the pack is not signed by the bank',
  );
  const isNamed = operatorKey === undefined || pack.consortium?.operatorKey === operatorKey;
  need(isNamed, 'the consortium is of another operator than the one named');
  const runIds = pack.runs.map(({ plan }) => plan.plan.runId);
  unique(runIds, (runId) => `run ${runId} stands twice in the pack`);
  need(pack.run === null || same(runIds, [pack.run]), 'the pack holds other runs than it says');
  const keys = checkConsortium(pack);
  for (const run of pack.runs) checkRun(run, { consortium: pack.consortium, keys });
  const ledger = checkLedger(pack);
  const isAnchored = ledgerHead === undefined || pack.ledger.some(({ mac }) => mac === ledgerHead);
  need(isAnchored, 'the ledger does not have the entry that the hub keeps the hash of');
  checkUpdates(pack, ledger);
  checkScopes(pack, ledger);
  checkAudit(pack, ledger);
  checkNotes(pack);
  return summaryOf(file, ledger);
}

/** `{ kind: 'accepted', summary }` or `{ kind: 'refused', reason }`, whatever the text is. */
export function verifyPack(content, known = {}) {
  try {
    return { kind: 'accepted', summary: checkPack(content, known) };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', reason: error.message };
    // A signed charter of a later version, for example: not understood is not accepted.
    return { kind: 'refused', reason: `the pack is not understood: ${error.message}` };
  }
}

// ---- one page ----
function summaryOf({ pack, digest: packDigest }, state) {
  const { bank, consortium, updates, runs, ledger, audit } = pack;
  const { budget, charges, recorded, recovered, recoveries, missing, sealed } = state;
  const bounds = (spent) => {
    if (budget === null) return [0, 0];
    return [epsilonAtLeast(spent, budget.delta), epsilonAtMost(spent, budget.delta)].map(
      (cost) => lostIn(state) + cost,
    );
  };
  const released = [...charges.values()].filter(
    ({ outcome, isCounted }) => isCounted && outcome === 'released',
  );
  const decided = (kind) => updates.filter(({ decision }) => decision?.kind === kind).length;
  return {
    ...{ packDigest, madeAt: pack.madeAt, madeBy: pack.madeBy, notes: pack.notes },
    bank: { ...bank, fingerprint: fingerprint(bank.publicKey) },
    consortium: consortium && {
      ...{ name: consortium.name, operatorFingerprint: fingerprint(consortium.operatorKey) },
      banks: consortium.roster.map(({ entry }) => entry.name),
    },
    budget: budget && { epsilon: budget.epsilon, delta: budget.delta, unit: budget.unit },
    epsilon: {
      ...{ recorded, charged: bounds(spentBy(state)) },
      released: bounds([...recovered, ...released.map(({ mechanism }) => mechanism)]),
    },
    recovery: { recoveries, sealedEntries: sealed, missingUpdates: missing },
    updates: {
      held: updates.length,
      released: decided('released'),
      withheld: decided('withheld'),
      late: decided('late'),
    },
    signatures: updates.reduce((sum, { release }) => sum + (release?.reviews.length ?? 0), 0),
    entries: {
      ledger: ledger.length,
      audit: audit.length,
      unread: audit.filter(({ detail }) => !detail).length,
    },
    runs: runs.map(({ plan: { plan }, log, status }) => ({
      ...{ runId: plan.runId, title: plan.charter.title, charterHash: plan.charterHash, status },
      planned: plan.charter.recipe.rounds,
      hasNoise: plan.charter.privacy.noiseMultiplier > 0,
      rounds: log.map(({ entry }) => roundOf(entry, { bank, updates, charges })),
    })),
  };
}

/** ε as the ledger recorded it, where it did: a charge from a hold was accounted for when its steps were set aside. */
function roundOf({ index, publishedAt, included, checkpointHash, roundId }, { bank, updates, charges }) {
  const isIncluded = included.some(({ update }) => update.header.bankId === bank.bankId);
  const own = updates.find(({ header, release }) => release && header.roundId === roundId)?.charge;
  const epsilonAfter = charges.get(own?.evaluation?.sequence ?? own?.sequence)?.epsilonAfter ?? null;
  return { index, publishedAt, banks: included.length, isIncluded, checkpointHash, epsilonAfter };
}

function page({ bank, consortium, budget, epsilon, recovery, updates, runs, entries, signatures, ...pack }) {
  const range = ([least, most]) =>
    `between ${(Math.floor(least * 100) / 100).toFixed(2)} and ${(Math.ceil(most * 100) / 100).toFixed(2)} by this check`;
  const { held, released, withheld, late } = updates;
  const lines = [
    `Pack of ${bank.name}, made ${pack.madeAt} by ${pack.madeBy}: accepted`,
    `  SHA-256    ${pack.packDigest}`,
    `  bank       ${bank.bankId ?? 'in no consortium'}, key ${bank.fingerprint}`,
  ];
  if (consortium) {
    lines.push(`  consortium ${consortium.name}, operator key ${consortium.operatorFingerprint}`);
    lines.push(`  members    ${consortium.banks.join(', ')}`);
  }
  lines.push(`  updates    ${held} held: ${released} released, ${withheld} withheld, ${late} late`);
  lines.push(`  reviewers  ${signatures} signatures`);
  if (budget) {
    lines.push(`  budget     ε ${budget.epsilon}, δ ${budget.delta}, unit: one ${budget.unit}`);
    lines.push(`  ε charged  ${epsilon.recorded.toFixed(2)} recorded last; ${range(epsilon.charged)}`);
    lines.push(`  ε released ${range(epsilon.released)}`);
  }
  lines.push(`  ledger     ${entries.ledger} entries, chained`);
  const { recoveries, sealedEntries, missingUpdates } = recovery;
  if (recoveries > 0) {
    lines.push(
      `  RECOVERED  ${recoveries} times from a damaged or older store; see the reasons in the ledger`,
    );
    lines.push(
      `             ${sealedEntries} entries sealed as found, ${missingUpdates} published updates not kept`,
    );
  }
  lines.push(
    `  audit      ${entries.audit} entries, chained; ${entries.unread} with a note left out, not read`,
  );
  for (const { title, runId, status, planned, hasNoise, rounds, charterHash } of runs) {
    lines.push(`  run        ${title} (${runId}), ${status}, charter ${charterHash.slice(0, 12)}`);
    const isShort = status === 'completed' && rounds.length < planned;
    lines.push(
      `             ${rounds.length} of ${planned} rounds${isShort ? ': THE LAST ROUNDS ARE NOT IN THE PACK' : ''}`,
    );
    if (!hasNoise)
      lines.push(
        '             WITHOUT NOISE: ε says nothing of it, no figure bounds what its updates reveal',
      );
    for (const { index, publishedAt, banks, isIncluded, checkpointHash, epsilonAfter } of rounds) {
      const who = `${banks} banks, ${isIncluded ? 'this one too' : 'without this one'}`;
      const cost = epsilonAfter === null ? '' : `, ε ${epsilonAfter.toFixed(3)}`;
      lines.push(`    ${index + 1}  ${publishedAt}  model ${checkpointHash.slice(0, 12)}  ${who}${cost}`);
    }
  }
  lines.push('Compare both key fingerprints by another channel: everything above rests on them.');
  return lines.map(printable).join('\n');
}

/** A name can neither move the cursor nor add a line nor turn the direction of the text. */
function printable(text) {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);
}

/** A chain shows no cut at its end: rounds, charges and releases after the last ones here may have been left out together. */
function endOf({ ledgerHead }) {
  return ledgerHead === undefined
    ? 'The END IS NOT PROVED: later rounds and charges could be left out. Ask the operator for this bank’s ledger hash (--ledger-head).'
    : 'The ledger has the entry with the hash named: no older copy. That the bank put this hash on no other entry takes its secret to show.';
}

function main(args) {
  const files = args.filter((arg) => !arg.startsWith('--'));
  const flags = args.filter((arg) => arg.startsWith('--'));
  const valueOf = (name) => flags.find((flag) => flag.startsWith(`--${name}=`))?.slice(name.length + 3);
  const known = { operatorKey: valueOf('operator-key'), ledgerHead: valueOf('ledger-head') };
  const isKnown = flags.every(
    (flag) => flag === '--json' || /^--(operator-key|ledger-head)=[0-9a-f]{64}$/.test(flag),
  );
  if (files.length !== 1 || !isKnown) {
    console.error('Usage: node verify-pack.mjs FILE [--json] [--operator-key=HEX] [--ledger-head=HEX]');
    return 2;
  }
  const verdict = verdictOn(files[0], known);
  if (flags.includes('--json')) console.log(JSON.stringify(verdict));
  else if (verdict.kind === 'accepted') console.log(`${page(verdict.summary)}\n${endOf(known)}`);
  else console.error(`REFUSED: ${printable(verdict.reason)}`);
  return verdict.kind === 'accepted' ? 0 : 1;
}

function verdictOn(file, known) {
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch {
    return { kind: 'refused', reason: `the file ${file} can't be read: check its name and your rights` };
  }
  let content;
  try {
    // Strict, so that two files of different bytes are never one text.
    content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { kind: 'refused', reason: 'the file is not UTF-8 text' };
  }
  return verifyPack(content, known);
}

const isProgram = process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) process.exitCode = main(process.argv.slice(2));

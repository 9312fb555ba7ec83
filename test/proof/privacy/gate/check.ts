/** The judge of the gate: which promises (I1 to I3, I14) the evidence breaks. Pure; knows nothing of how the gate works. */
import type { Evidence, Happening, SeenApproval, SeenCharge, Transmission, Violation } from './evidence.ts';
import { scopeViolations } from './check-scopes.ts';

/** Figures of ε are compared with this slack: the accountant rounds. */
const SLACK = 1e-9;

/** Every violation, in no order that matters; empty when all promises held. */
export function check(evidence: Evidence): readonly Violation[] {
  return [
    ...noiseViolations(evidence),
    ...chargeViolations(evidence),
    ...figureViolations(evidence.history),
    ...damageViolations(evidence),
    ...wireViolations(evidence),
    ...payloadViolations(evidence),
    ...decisionViolations(evidence),
    ...discardViolations(evidence),
    ...shownViolations(evidence),
    ...scopeViolations(evidence),
  ];
}

/**
 * I2: each noise has a charge of its own that was committed before, for at least as many steps as it draws, and for no more
 * noise: what was charged for more than is drawn counts too little.
 */
function noiseViolations({ history }: Evidence): readonly Violation[] {
  const drawn = new Map<string, number[]>();
  return history.flatMap((one): readonly Violation[] => {
    if (one.kind !== 'noise') return [];
    const key = drawKey(one);
    const before = drawn.get(key) ?? [];
    drawn.set(key, [...before, one.noiseMultiplier]);
    const times = 1 + before.filter((noise) => noise <= one.noiseMultiplier).length;
    const enough = one.committed.filter(
      ({ steps, noiseMultiplier }) => steps >= one.steps && noiseMultiplier <= one.noiseMultiplier,
    );
    if (enough.length >= times) return [];
    const detail = `${key}: drawn ${String(times)} times, ${String(enough.length)} charges committed`;
    return [{ promise: 'I2', rule: 'the charge is committed before the noise', detail }];
  });
}

function drawKey({
  purpose,
  roundId,
}: {
  readonly purpose: string;
  readonly roundId: string | null;
}): string {
  return `${purpose} ${String(roundId)}`;
}

/** I1: a charge that was once committed is there at the end, unchanged; and one charge pays for one update. */
function chargeViolations({ history, wire, store }: Evidence): readonly Violation[] {
  const final = new Map(store.charges.map((charge) => [charge.sequence, charge]));
  const once = [
    ...history.flatMap((one, at) =>
      one.kind === 'noise' && damageAt(history, at) === null ? one.committed : [],
    ),
    ...wire.flatMap((one) => (damageAt(history, one.at) === null ? (one.charge ?? []) : [])),
  ];
  const lost = uniqueBySequence(once).filter((charge) => !isSameCharge(charge, final.get(charge.sequence)));
  const paidTwice = store.updates.filter(
    ({ chargeSequence, updateId }) =>
      chargeSequence !== null &&
      store.updates.some((other) => other.chargeSequence === chargeSequence && other.updateId < updateId),
  );
  return [
    ...lost.map(({ sequence }): Violation => {
      const rule = 'a charge is never given back';
      return { promise: 'I1', rule, detail: `charge ${String(sequence)} is gone or changed` };
    }),
    ...paidTwice.map(({ updateId }): Violation => {
      return { promise: 'I1', rule: 'one charge pays for one update', detail: updateId };
    }),
  ];
}

/** What was wrong with the files when `at` things had happened. */
function damageAt(history: readonly Happening[], at: number): 'ledger' | 'old-file' | null {
  const last = history.slice(0, at).findLast((one) => one.kind === 'damaged' || one.kind === 'repaired');
  return last?.kind === 'damaged' ? last.what : null;
}

function uniqueBySequence(charges: readonly SeenCharge[]): readonly SeenCharge[] {
  return [...new Map(charges.map((charge) => [charge.sequence, charge])).values()];
}

function isSameCharge(charge: SeenCharge, other: SeenCharge | undefined): boolean {
  return (
    other?.roundId === charge.roundId && other.purpose === charge.purpose && other.steps === charge.steps
  );
}

/** Rows were changed and the app has not looked at them since: it does so before the next charge, and at the next start. */
function isStale(history: readonly Happening[], at: number): boolean {
  return damageAt(history, at) === 'ledger';
}

/** I1: the charged ε never falls, and nothing is spent or set aside beyond the budget in force. */
function figureViolations(history: readonly Happening[]): readonly Violation[] {
  const violations: Violation[] = [];
  let charged = 0;
  let spent = 0;
  for (const [at, one] of history.entries()) {
    if (one.kind !== 'figures' || !one.isVerified || isStale(history, at)) continue;
    const total = one.charged + one.held;
    if (one.charged < charged - SLACK)
      violations.push({
        promise: 'I1',
        rule: 'the charged ε never falls',
        detail: `${String(charged)} → ${String(one.charged)}`,
      });
    if (total > spent + SLACK && total > one.budget + SLACK)
      violations.push({
        promise: 'I1',
        rule: 'charges and holds stay within the budget',
        detail: `${String(total)} of ${String(one.budget)}`,
      });
    charged = Math.max(charged, one.charged);
    spent = total;
  }
  return violations;
}

/** I1: nothing is drawn while the ledger is damaged, and nothing leaves from an older copy of the file. */
function damageViolations({ history, wire }: Evidence): readonly Violation[] {
  const rule = 'a damaged or older ledger blocks';
  const noise = history.filter((one, at) => one.kind === 'noise' && damageAt(history, at) !== null);
  // A ledger that is changed under a running app is found before the next charge, and at the next start.
  const sent = wire.filter((one) => damageAt(history, one.at) === 'old-file');
  return [
    ...noise.map((): Violation => ({ promise: 'I1', rule, detail: 'noise' })),
    ...sent.map(({ updateId }): Violation => ({ promise: 'I1', rule, detail: updateId })),
  ];
}

/** I1, I2, I3: whatever reaches the wire was charged and released before, and the release is for exactly that. */
function wireViolations(evidence: Evidence): readonly Violation[] {
  return evidence.wire.flatMap((one): readonly Violation[] => {
    const { release, charge, updateId } = one;
    if (release === null)
      return [{ promise: 'I3', rule: 'nothing leaves without a committed release', detail: updateId }];
    if (charge === null || !isFor(charge, release))
      return [{ promise: 'I1', rule: 'nothing leaves uncharged', detail: updateId }];
    const unlike = differences(one, evidence);
    return [
      ...(one.isRecordedReleased ? [] : [released(updateId, 'the ledger says so of every released charge')]),
      ...unlike.map((field) => released(updateId, `the release is bound to what leaves (${field})`)),
    ];
  });
}

function isFor(charge: SeenCharge, release: SeenApproval): boolean {
  return charge.sequence === release.chargeSequence && charge.roundId === release.roundId;
}

function released(updateId: string, rule: string): Violation {
  return { promise: 'I3', rule, detail: updateId };
}

/** Fields in which the transmission, its release and the round's plan differ. */
function differences(one: Transmission, { history, charterHash }: Evidence): readonly string[] {
  const { release, header, charge } = one;
  if (release === null) return [];
  const plan = history.findLast(
    (happening) => happening.kind === 'offered' && happening.roundId === release.roundId,
  );
  const isPlanned = plan?.kind === 'offered';
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['update', release.updateId, one.updateId],
    ['payload', release.payloadHash, one.digest],
    ['length', release.byteLength, one.byteLength],
    ['charter', release.charterHash, charterHash],
    ['base model', release.baseHash, isPlanned ? plan.baseHash : null],
    ['cost', release.costSteps, isPlanned ? plan.plannedSteps : null],
    // A thief's row is not the app's word.
    ...(damageAt(history, one.at) === null
      ? ([['charged steps', charge?.steps, isPlanned ? plan.plannedSteps : null]] as const)
      : []),
    ...(header === null
      ? []
      : ([
          ['header: bank', header.bankId, release.bankId],
          ['header: round', header.roundId, release.roundId],
          ['header: base model', header.baseHash, release.baseHash],
          ['header: charter', header.charterHash, release.charterHash],
          ['header: length', header.byteLength, release.byteLength],
          ['header: signature', header.isSigned, true],
        ] as const)),
  ];
  return pairs.filter(([, found, asked]) => found !== asked).map(([field]) => field);
}

/** I2: one distinct payload a round, however often it is sent and whatever the hub asks again. */
function payloadViolations({ wire, store }: Evidence): readonly Violation[] {
  const roundOf = new Map(store.updates.map((update) => [update.updateId, update.roundId]));
  const byRound = new Map<string, Set<string>>();
  for (const { updateId, digest, release } of wire) {
    const round = release?.roundId ?? roundOf.get(updateId) ?? updateId;
    byRound.set(round, (byRound.get(round) ?? new Set()).add(digest));
  }
  return [...byRound]
    .filter(([, digests]) => digests.size > 1)
    .map(([round, digests]) => ({
      promise: 'I2',
      rule: 'one release gives at most one distinct payload',
      detail: `${round}: ${String(digests.size)} payloads`,
    }));
}

/** I3: what was withheld does not leave. An older copy of the file may have forgotten that a person withheld. */
function decisionViolations({ history, wire }: Evidence): readonly Violation[] {
  if (history.some((one) => one.kind === 'damaged')) return [];
  return history.flatMap((one, at): readonly Violation[] =>
    one.kind === 'withheld' && wire.some((sent) => sent.updateId === one.updateId && sent.at > at)
      ? [{ promise: 'I3', rule: 'what was withheld does not leave', detail: one.updateId }]
      : [],
  );
}

/** I3: what was discarded for another training does not leave: of a round's updates only the last may. */
function discardViolations({ history, wire, store }: Evidence): readonly Violation[] {
  if (history.some((one) => one.kind === 'damaged')) return [];
  const discarded = new Set(history.flatMap((one) => (one.kind === 'discarded' ? [one.updateId] : [])));
  for (const { updateId, roundId, order } of store.updates)
    if (store.updates.some((later) => later.roundId === roundId && later.order > order))
      discarded.add(updateId);
  return [...new Set(wire.map(({ updateId }) => updateId))].flatMap((updateId): readonly Violation[] =>
    discarded.has(updateId)
      ? [{ promise: 'I3', rule: 'what was discarded does not leave', detail: updateId }]
      : [],
  );
}

/**
 * I14: a release by hand sends the bytes that were shown, after the time to undo, and not once it was undone. Where two decide,
 * two different people saw these bytes and asked for the same.
 */
function shownViolations({ history, wire, store, undoMs }: Evidence): readonly Violation[] {
  const byHand = new Set(
    store.releases.filter((release) => release.source === 'review').map((release) => release.updateId),
  );
  return wire.flatMap((sent): readonly Violation[] => {
    if (!byHand.has(sent.updateId)) return [];
    const words = wordsFor(sent, history);
    const last = words.at(-1);
    const broken = (rule: string): Violation => ({ promise: 'I14', rule, detail: sent.updateId });
    if (last === undefined) return [broken('a release by hand follows a click')];
    const alike = words.filter((word) => isSameWord(word, last));
    const needed = modeAt(history, last.atMs + undoMs) === 'two' ? 2 : 1;
    return [
      ...(last.digest === sent.digest ? [] : [broken('what was shown is what is sent')]),
      ...(sent.atMs - last.atMs >= undoMs ? [] : [broken('the time to undo passes first')]),
      ...(new Set(alike.map(({ by }) => by)).size >= needed
        ? []
        : [broken('two reviewers sign where two decide')]),
    ];
  });
}

type Word = Extract<Happening, { kind: 'asked' }>;

/** What people asked about this update before it was sent, since it was last undone. */
function wordsFor(sent: Transmission, history: readonly Happening[]): readonly Word[] {
  const before = history.slice(0, sent.at);
  const undone = before.findLastIndex((one) => one.kind === 'undone' && one.updateId === sent.updateId);
  return before
    .slice(undone + 1)
    .flatMap((one) => (one.kind === 'asked' && one.updateId === sent.updateId ? [one] : []));
}

function isSameWord(a: Word, b: Word): boolean {
  return a.digest === b.digest && JSON.stringify(a.following) === JSON.stringify(b.following);
}

/** Whether one person or two decided just before this time, when the release was committed. */
function modeAt(history: readonly Happening[], atMs: number): 'one' | 'two' {
  const last = history.findLast((one) => one.kind === 'mode-set' && one.atMs < atMs);
  return last?.kind === 'mode-set' ? last.mode : 'one';
}

/** The part of the judge that looks at automatic releases: only under limits that a person gave, and never past a stop. Pure. */
import type { Evidence, StoredRelease, StoredScope, Violation } from './evidence.ts';

export function scopeViolations(evidence: Evidence): readonly Violation[] {
  return [
    ...evidence.store.scopes.flatMap((scope) => limitViolations(evidence, scope)),
    ...evidence.store.scopes.flatMap((scope) => stopViolations(evidence, scope)),
    ...reopenViolations(evidence),
    ...orphanViolations(evidence),
  ];
}

function violation(rule: string, detail: string): Violation {
  return { promise: 'I3', rule, detail };
}

function releasesUnder({ store }: Evidence, scope: StoredScope): readonly StoredRelease[] {
  return store.releases.filter((one) => one.source === 'scope' && one.scopeNumber === scope.number);
}

/** What a person agreed to: on the click for the following rounds, or as the standing policy. */
function givenLimits({ history }: Evidence, scope: StoredScope) {
  if (scope.source === 'standing-policy')
    return history.flatMap((one) => (one.kind === 'standing-set' ? (one.following ?? []) : []));
  return history.flatMap((one) =>
    one.kind === 'asked' && one.updateId === scope.reviewUpdateId ? (one.following ?? []) : [],
  );
}

/** Every automatic release is inside limits that were given, and there are no more of them than were given. */
function limitViolations(evidence: Evidence, scope: StoredScope): readonly Violation[] {
  const given = givenLimits(evidence, scope).find(
    ({ limits }) => JSON.stringify(sorted(limits)) === JSON.stringify(sorted(scope.limits)),
  );
  const under = releasesUnder(evidence, scope);
  const name = `scope ${String(scope.number)}`;
  if (given === undefined) return [violation('a scope has the limits that a person gave', name)];
  const updates = new Map(evidence.store.updates.map((update) => [update.updateId, update]));
  const outside = under.filter(({ updateId }) => {
    const update = updates.get(updateId);
    // Bytes that somebody changed since say nothing about the release; that they do not leave is another rule.
    if (update?.isIntact === false) return false;
    const ratio = update?.noiseRatio;
    const { minimumNoiseRatio, maximumNoiseRatio } = given.limits;
    return !(typeof ratio === 'number' && ratio >= minimumNoiseRatio && ratio <= maximumNoiseRatio);
  });
  return [
    ...outside.map(({ updateId }) =>
      violation('an automatic release is inside its limits', `${name}: ${updateId}`),
    ),
    ...(under.length > given.rounds
      ? [violation('a scope releases as often as it may', `${name}: ${String(under.length)} times`)]
      : []),
  ];
}

/** The first figure outside stops the scope: nothing that was held later is released under it. */
function stopViolations(evidence: Evidence, scope: StoredScope): readonly Violation[] {
  const { updates, scopeRounds } = evidence.store;
  const stoppedAt = scopeRounds
    .filter((round) => round.scopeNumber === scope.number && !round.sent)
    .flatMap(({ roundId }) => updates.filter((update) => update.roundId === roundId))
    .reduce((least, update) => Math.min(least, update.order), Infinity);
  const order = new Map(updates.map((update) => [update.updateId, update.order]));
  return releasesUnder(evidence, scope)
    .filter(({ updateId }) => (order.get(updateId) ?? 0) > stoppedAt)
    .map(({ updateId }) => violation('a scope ends when a figure leaves its limit', updateId));
}

/** A standing policy that a figure or a person stopped is not taken up again until a person sets it anew. */
function reopenViolations({ history }: Evidence): readonly Violation[] {
  const rule = 'a stopped standing policy waits for a person';
  const violations: Violation[] = [];
  const known = new Set<number>();
  const stopped = new Set<number>();
  let isStopped = false;
  for (const one of history) {
    if (one.kind === 'standing-set') isStopped = false;
    if (one.kind !== 'figures') continue;
    const standing = one.scopes.filter(({ source }) => source === 'standing-policy');
    for (const { number } of standing) {
      if (!known.has(number) && isStopped) violations.push(violation(rule, `scope ${String(number)}`));
      known.add(number);
    }
    for (const { number, state } of standing) {
      if (!state.startsWith('stopped') || stopped.has(number)) continue;
      stopped.add(number);
      isStopped = true;
    }
  }
  return violations;
}

/** An automatic release names a scope that exists. */
function orphanViolations({ store }: Evidence): readonly Violation[] {
  const numbers = new Set(store.scopes.map(({ number }) => number));
  return store.releases
    .filter(({ source, scopeNumber }) => source === 'scope' && !numbers.has(scopeNumber ?? -1))
    .map(({ updateId }) => violation('an automatic release rests on a scope', updateId));
}

function sorted(limits: object): readonly (readonly [string, unknown])[] {
  return Object.entries(limits).sort(([a], [b]) => a.localeCompare(b));
}

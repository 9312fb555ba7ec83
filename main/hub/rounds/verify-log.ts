/** Checks the hub's own log: every entry signed, chained to the one before, and naming the sums that are stored with it. */
import type { Digest, PublicKeyHex, RunId } from '#shared/ids.ts';
import { digestOf, verifyStatement } from '#main/wire/identity.ts';
import type { PublishedRound, RunStore } from '../store/runs.ts';
import type { OpenRun } from './open-run.ts';

/** Where the next entry of a run has to follow on; null once one did not. */
type Verified = {
  readonly index: number;
  readonly previousHash: Digest;
  /** Model that the next entry starts from; null before the first, whose base is the plan's own. */
  readonly baseHash: Digest | null;
} | null;

/** Entries found good are not read again by this process; a restart looks at all of them. */
export function createLogVerifier(
  store: Pick<RunStore, 'published'>,
  hubKey: PublicKeyHex,
): (runs: Iterable<OpenRun>) => boolean {
  const verified = new Map<RunId, Verified>();
  const verifyRun = (run: OpenRun): boolean => {
    const { runId, plan } = run.record;
    let at = verified.get(runId);
    if (at === undefined) at = { index: 0, previousHash: digestOf(plan), baseHash: null };
    while (at !== null && at.index < run.committed) at = follow(at, store.published(runId, at.index), hubKey);
    verified.set(runId, at);
    return at !== null && (at.baseHash === null || at.baseHash === run.checkpointHash);
  };
  return (runs) => [...runs].map(verifyRun).every((isGood) => isGood);
}

function follow(
  at: NonNullable<Verified>,
  published: PublishedRound | undefined,
  hubKey: PublicKeyHex,
): Verified {
  if (published === undefined) return null;
  const { entry: signed, sums } = published;
  const { entry, hubSignature } = signed;
  const isGood =
    entry.index === at.index &&
    entry.previousHash === at.previousHash &&
    (at.baseHash === null || entry.baseHash === at.baseHash) &&
    entry.sumsHash === digestOf(sums) &&
    verifyStatement(hubKey, 'checkpoint', { document: entry, signature: hubSignature });
  return isGood
    ? { index: at.index + 1, previousHash: digestOf(signed), baseHash: entry.checkpointHash }
    : null;
}

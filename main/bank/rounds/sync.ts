/** Pulls the hub's snapshot on every signal and brings runs, models and own parts up to it. One pass at a time. */
import { errorFields } from '#main/platform/log.ts';
import { isFailure } from '#shared/failure.ts';
import type { Membership } from '#shared/contract/federation.ts';
import { followRun, type RunFollowing } from './follow-run.ts';

export interface Sync {
  /** Asks for a pass; resolves when a pass that began after the call is over. Never rejects: failures are logged and shown. */
  run(): Promise<void>;
  /** As `run`, but nothing to do when this version was seen. */
  signal(version: number | undefined): Promise<void>;
  isRunning(): boolean;
}

export interface SyncOptions {
  readonly following: RunFollowing;
  readonly onMembership: (membership: Membership) => void;
}

const RETRY_MS = 1000;

export function createSync({ following, onMembership }: SyncOptions): Sync {
  const { ports } = following;
  let seen = -1;
  // The version that a signal named, and whether a pass was asked for whatever the version.
  let wanted = -1;
  let isForced = false;
  let running: Promise<void> | undefined;
  const isBehind = (): boolean => isForced || wanted > seen;

  const once = async (): Promise<void> => {
    isForced = false;
    const session = await ports.hub();
    const snapshot = await session.calls.pull({});
    onMembership(snapshot.membership);
    // Before any round is followed: a ledger that is older than the hub knows charges nothing.
    ports.anchor.noted(snapshot.ownLedgerHead);
    following.roster.apply(snapshot.roster, session.trust);
    for (const state of snapshot.runs) await followRun(following, session, state);
    seen = snapshot.version;
  };
  const start = (): Promise<void> => {
    running ??= (async () => {
      while (isBehind()) await once();
    })()
      .catch((error: unknown) => {
        isForced = true;
        ports.log.info('sync.later', errorFields(error));
        // Reconnection pulls again by itself; other failures are tried again.
        if (!isFailure(error, 'hub-unreachable') && !isFailure(error, 'not-set-up'))
          ports.clock.after(RETRY_MS, () => void start());
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const run = (): Promise<void> => {
    isForced = true;
    return start();
  };
  return {
    run,
    signal: (version) => {
      if (version === undefined) return run();
      wanted = Math.max(wanted, version);
      return isBehind() ? start() : Promise.resolve();
    },
    isRunning: () => running !== undefined,
  };
}

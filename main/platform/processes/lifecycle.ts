/** How a process of ours ends: asked to (signal, or its parent gone) it closes what it holds; at a bug it logs and exits 1. */
import { isGuardedByParent } from '../config.ts';
import { errorFields } from '../log.ts';
import type { Clock, Log } from '../ports.ts';

export interface LifecycleOptions {
  readonly log: Log;
  readonly clock: Pick<Clock, 'after'>;
  /** Closes sockets and stores. Called at most once; the process exits when it is done, or after ten seconds. */
  readonly close: () => Promise<void> | void;
}

const CLOSE_LIMIT_MS = 10_000;

/** Install first thing in every entry that stays: a crash between two installs would be silent. */
export function installLifecycle(options: LifecycleOptions): void {
  installBugHandlers(options.log);
  let isClosing = false;
  const stop = (reason: string): void => {
    if (isClosing) {
      if (reason !== 'parent-gone') process.exit(1); // asked twice: someone is impatient, and the stores survive it
      return;
    }
    isClosing = true;
    options.log.info('stopping', { reason });
    void closeAndExit(options);
  };
  process.on('SIGINT', () => {
    stop('SIGINT');
  });
  process.on('SIGTERM', () => {
    stop('SIGTERM');
  });
  if (!isGuardedByParent()) return;
  process.stdin.on('error', () => undefined);
  process.stdin.once('close', () => {
    stop('parent-gone');
  });
  process.stdin.resume();
}

/** Nothing runs on after a bug in an unknown state: what was committed is safe, and a restart resumes it. */
export function installBugHandlers(log: Log): void {
  const die = (event: string) => (error: unknown) => {
    log.error(event, errorFields(error));
    process.exit(1);
  };
  process.on('uncaughtException', die('uncaught-exception'));
  process.on('unhandledRejection', die('unhandled-rejection'));
}

async function closeAndExit(options: LifecycleOptions): Promise<void> {
  options.clock.after(CLOSE_LIMIT_MS, () => {
    options.log.error('stop-took-too-long', { limitMs: CLOSE_LIMIT_MS });
    process.exit(1);
  });
  try {
    await options.close();
    process.exit(0);
  } catch (error) {
    options.log.error('stop-failed', errorFields(error));
    process.exit(1);
  }
}

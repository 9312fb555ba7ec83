/** The only place in the renderer that reads the clock or waits. Deadlines are enforced in the backend; here they are only shown. */
import { useEffect, useState } from 'react';

/** Milliseconds since the Unix epoch. */
export function wallNow(): number {
  return Date.now();
}

/** Calls `action` once after `delayMs`; the function returned cancels it. */
export function after(delayMs: number, action: () => void): () => void {
  const timer = setTimeout(action, delayMs);
  return () => {
    clearTimeout(timer);
  };
}

/** The time now, read again every `everyMs` while `isActive`. */
export function useNow(everyMs: number, isActive = true): number {
  const [now, setNow] = useState(wallNow);
  useEffect(() => {
    if (!isActive) return undefined;
    const timer = setInterval(() => {
      setNow(wallNow());
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [everyMs, isActive]);
  return now;
}

/**
 * What is left of `leftMs`, which was true at `asOf` (a dataUpdatedAt); never below 0, null without a limit.
 */
export function useRemaining(leftMs: number | null, asOf: number): number | null {
  const now = useNow(250, leftMs !== null);
  return leftMs === null ? null : Math.max(0, leftMs - Math.max(0, now - asOf));
}

/** Who may speak to the loopback bridge: pure judgements on a request's headers and on a token. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../platform/ports.ts';

export type Judgement =
  { readonly kind: 'pass' } | { readonly kind: 'refused'; readonly status: number; readonly why: string };

/**
 * Any website may aim at 127.0.0.1. `Host` stops DNS rebinding, `Origin` and `Sec-Fetch-Site` stop forged requests,
 * sockets and frames from other pages, also from another port of this machine. Headers that are absent are no browser's.
 */
export function judge(headers: IncomingHttpHeaders, host: string): Judgement {
  if (headers.host !== host) return { kind: 'refused', status: 421, why: 'host' };
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
    return { kind: 'refused', status: 403, why: 'origin' };
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return { kind: 'refused', status: 403, why: 'sec-fetch-site' };
  }
  return { kind: 'pass' };
}

/** The token of `Authorization: Bearer …`. */
export function bearerToken(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '')?.[1];
}

export interface TokenGuard {
  accepts(token: unknown): boolean;
}

export interface TokenGuardOptions {
  readonly token: string;
  readonly clock: Clock;
  /** Told once per ten wrong tokens within a minute. */
  readonly onGuessing: () => void;
}

const GUESSES = 10;
const WINDOW_MS = 60_000;

export function createTokenGuard(options: TokenGuardOptions): TokenGuard {
  const expected = Buffer.from(options.token);
  let wrongAt: readonly number[] = [];
  return {
    accepts: (token) => {
      if (typeof token === 'string' && isEqual(Buffer.from(token), expected)) return true;
      const now = options.clock.monotonic();
      wrongAt = [...wrongAt.filter((at) => now - at < WINDOW_MS), now];
      if (wrongAt.length >= GUESSES) {
        wrongAt = [];
        options.onGuessing();
      }
      return false;
    },
  };
}

/** In constant time; the length is no secret. */
function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** app://bundle: the built page from memory, with the same headers as the loopback bridge. No file: URL is ever loaded. */
import { protocol, type Session } from 'electron';
import type { Page } from '../../main/wire/bridge/page.ts';

const SCHEME = 'app';
const HOST = 'bundle';
export const PAGE_ORIGIN = `${SCHEME}://${HOST}`;
export const PAGE_URL = `${PAGE_ORIGIN}/bank/index.html`;

/** Before the app is ready. Neither bypassCSP nor corsEnabled. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** On the session of the window's partition. */
export function servePage(session: Pick<Session, 'protocol'>, page: Page): void {
  session.protocol.handle(SCHEME, (request) => answer(request, page));
}

function answer(request: Request, page: Page): Response {
  const url = new URL(request.url);
  if (url.host !== HOST || request.method !== 'GET') return new Response(null, { status: 405 });
  const { status, headers, body } = page.answer(url.pathname);
  return new Response(Uint8Array.from(body), { status, headers });
}

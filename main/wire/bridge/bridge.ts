/**
 * The hardened loopback host: the app's page and contract for a browser on this machine (reliability.md 4.3).
 * Not for other machines: it binds 127.0.0.1, where TLS would protect nothing that the kernel does not.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer } from '#shared/contract/serve.ts';
import { FailureError } from '#shared/failure.ts';
import { errorFields } from '../../platform/log.ts';
import type { Clock, Log, Random } from '../../platform/ports.ts';
import { bearerToken, createTokenGuard, judge, type TokenGuard } from './gate.ts';
import { type Page, type PageAnswer } from './page.ts';
import { pageHeaders } from './headers.ts';
import { createSessions } from './sessions.ts';
import { createUploads, type Uploads } from './uploads.ts';

export interface BridgeOptions {
  readonly answer: Answer<undefined>;
  readonly subscribe: (listener: (event: unknown) => void) => () => void;
  readonly page: Page;
  readonly uploadDirectory: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The largest file that the page may hand over; larger ones are imported by command. */
  readonly maxUploadBytes?: number;
}

export interface Bridge {
  /** The link to open: the token travels in its fragment, which no server and no log ever sees. */
  readonly url: string;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
const MAX_UPLOAD_BYTES = 20e9;
const LOCKED_MS = 60_000;
const UPLOAD_LIMIT_MS = 3600 * 1000;

/** Throws `busy` when the port is taken. */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const token = Buffer.from(options.random.bytes(32)).toString('base64url');
  const http = createServer({
    requestTimeout: UPLOAD_LIMIT_MS,
    headersTimeout: 10_000,
    maxHeaderSize: 16 * 1024,
  });
  http.maxConnections = 64;
  const port = await listen(http, options);
  let cancelReopening = (): void => undefined;
  const guard = createTokenGuard({
    token,
    clock: options.clock,
    onGuessing: () => {
      cancelReopening = lockOut(http, port, options);
    },
  });
  const sessions = createSessions({ ...options, guard });
  const uploads = createUploads({
    directory: options.uploadDirectory,
    maxBytes: options.maxUploadBytes ?? MAX_UPLOAD_BYTES,
    random: options.random,
  });
  const host = `${ADDRESS}:${String(port)}`;
  const routes: Routes = { host, page: options.page, guard, uploads, log: options.log };
  http.on('request', (request, response) => {
    answerRequest(request, response, routes);
  });
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined);
    if (isOwnUpgrade(request, host)) sessions.upgrades.emit('upgrade', request, socket, head);
    else refuseUpgrade(socket);
  });
  http.on('clientError', (_error, socket) => {
    refuseUpgrade(socket);
  });
  return {
    url: `http://${host}/#token=${token}`,
    close: async () => {
      cancelReopening();
      await sessions.close();
      http.closeAllConnections();
      await closed(http);
    },
  };
}

interface Routes {
  readonly host: string;
  readonly page: Page;
  readonly guard: TokenGuard;
  readonly uploads: Uploads;
  readonly log: Log;
}

function answerRequest(request: IncomingMessage, response: ServerResponse, routes: Routes): void {
  const judgement = judge(request.headers, routes.host);
  const pathname = pathOf(request);
  if (judgement.kind === 'refused') {
    routes.log.warn('bridge-refused', { why: judgement.why });
    sendText(response, judgement.status, 'This address serves the Parley page of this machine only.\n');
  } else if (pathname === '/upload') {
    answerUpload(request, response, routes).catch((error: unknown) => {
      routes.log.error('bridge-upload-failed', errorFields(error));
      response.destroy();
    });
  } else if (request.method === 'GET' || request.method === 'HEAD') {
    send(response, routes.page.answer(pathname));
  } else {
    sendText(response, 405, 'The page is read with GET; everything else goes over its socket.\n');
  }
}

async function answerUpload(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Routes,
): Promise<void> {
  if (request.method !== 'PUT') {
    sendText(response, 405, 'Files are handed over with PUT.\n');
    return;
  }
  try {
    if (!routes.guard.accepts(bearerToken(request.headers))) {
      throw new FailureError('unauthorised', 'The access token is missing or wrong');
    }
    sendJson(response, 200, await routes.uploads.receive(request));
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    // the rest of the body is not read: the connection ends with the answer
    response.setHeader('connection', 'close');
    sendJson(response, statusOf(error), { kind: 'failure', failure: error.toFailure() });
  }
}

function statusOf(error: FailureError): number {
  if (error.code === 'unauthorised') return 401;
  if (error.code === 'rate-limited') return 429;
  return error.code === 'disk-full' ? 507 : 422;
}

/** The path as sent, without the query. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

function isOwnUpgrade(request: IncomingMessage, host: string): boolean {
  return judge(request.headers, host).kind === 'pass' && pathOf(request) === '/socket.io/';
}

function refuseUpgrade(socket: Duplex): void {
  if (socket.writable) socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  else socket.destroy();
}

function send(response: ServerResponse, answer: PageAnswer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
  response.end(answer.body);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...pageHeaders('none'), 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { ...pageHeaders('none'), 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

async function listen(http: Server, options: Pick<BridgeOptions, 'port' | 'log'>): Promise<number> {
  try {
    http.listen(options.port, ADDRESS);
    await once(http, 'listening');
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown cause';
    throw new FailureError(
      'busy',
      `The port ${String(options.port)} of this machine can't be opened: ${why}`,
    );
  }
  http.on('error', (error) => {
    options.log.error('bridge-listener-failed', errorFields(error));
  });
  const address = http.address();
  return typeof address === 'object' && address !== null ? address.port : options.port;
}

/** Someone guesses: the listener goes away for a minute; a page that is connected stays. Answers how to cancel the return. */
function lockOut(http: Server, port: number, options: Pick<BridgeOptions, 'clock' | 'log'>): () => void {
  options.log.warn('bridge-locked', { seconds: LOCKED_MS / 1000 });
  http.close();
  return options.clock.after(LOCKED_MS, () => {
    http.listen(port, ADDRESS);
  });
}

function closed(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => {
      resolve();
    });
  });
}

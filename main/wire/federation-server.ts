/**
 * The hub's end of the federation contract: socket.io over WebSocket, one handshake and one budget of calls a connection.
 * Not here: what a call means (main/hub), and TLS, which a later version adds; until then it listens on loopback only.
 */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { CHUNK_BYTES } from '#shared/contract/federation.ts';
import { FailureError } from '#shared/failure.ts';
import { FRAME_MARGIN_BYTES, SIGNAL_EVENT } from './calls.ts';
import { Connections, type ConnectionsOptions, type FederationLimits } from './connections.ts';

export interface FederationServerOptions extends Omit<ConnectionsOptions, 'limits'> {
  readonly listen: { readonly host: string; readonly port: number };
  readonly limits?: Partial<FederationLimits>;
}

const LIMITS: FederationLimits = {
  mostStrangers: 512,
  handshakeMs: 10_000,
  enrolMs: 60_000,
  callsBurst: 1000,
  callsPerSecond: 500,
  mostPendingCalls: 32,
};

export interface FederationServer {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string;
  readonly connections: Pick<Connections, 'isConnected' | 'count' | 'disconnect'>;
  /** Tells every authenticated bank that something changed. */
  announce(version: number): void;
  close(): Promise<void>;
}

/** Throws `hub-not-loopback` for another host than this machine: without TLS nothing may travel further. */
export async function serveFederation(options: FederationServerOptions): Promise<FederationServer> {
  requireLoopback(options.listen.host);
  const limits = { ...LIMITS, ...options.limits };
  const http = createServer((_request, response) => {
    response.writeHead(404).end();
  });
  const connections = new Connections({ ...options, limits });
  const io = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: CHUNK_BYTES + FRAME_MARGIN_BYTES,
    // A slow link takes longer than the default 20 s for one chunk (reliability.md 0.5).
    pingInterval: 25_000,
    pingTimeout: 60_000,
    connectTimeout: limits.handshakeMs,
    allowRequest: (request, decide) => {
      const isFromPage = request.headers.origin !== undefined;
      decide(null, !isFromPage && connections.hasRoomForStranger());
    },
  });
  io.on('connection', (socket) => {
    connections.accept(socket);
  });
  const address = await listen(http, options.listen);
  return {
    address,
    connections,
    announce: (version) => {
      connections.signal(SIGNAL_EVENT, { kind: 'changed', version });
    },
    close: async () => {
      connections.close();
      await io.close();
    },
  };
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

function requireLoopback(host: string): void {
  if (LOOPBACK.test(host)) return;
  const why = 'updates and signatures would travel without TLS';
  throw new FailureError('hub-not-loopback', `The hub does not listen on ${host}: ${why}`, { host });
}

async function listen(http: HttpServer, at: FederationServerOptions['listen']): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error) => {
      const problem = new FailureError(
        'wrong-usage',
        `Can't listen on ${at.host}:${String(at.port)}: ${error.message}`,
      );
      reject(problem);
    });
    http.listen(at.port, at.host, resolve);
  });
  return addressOf(http.address());
}

function addressOf(bound: AddressInfo | string | null): string {
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP address was expected');
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `http://${host}:${String(bound.port)}`;
}

/** The loopback bridge: calls and events over socket.io, files by PUT. */
import { io } from 'socket.io-client';
import { type ConnectionState, Reply, type Transport } from '#shared/contract/transport.ts';
import { FailureError } from '#shared/failure.ts';
import { after, wallNow } from '../ui/clock.ts';
import { type Host, tokenOf, UploadAnswer } from './host.ts';

/** Longer than any answer should take; long work answers at once and reports by events. */
const ANSWER_TIMEOUT_MS = 60_000;
const RETRY_MAX_MS = 5_000;

/** Reads the token from the address and removes it there at once. */
export function browserHost(): Host {
  const { token, rest } = tokenOf(window.location.hash);
  if (token !== null) window.history.replaceState(null, '', rest === '#' ? '#/overview' : rest);
  return {
    kind: 'browser',
    transport: socketTransport(token ?? ''),
    upload: (file) => upload(file, token ?? ''),
    onCommand: () => () => undefined,
  };
}

function socketTransport(token: string): Transport {
  const link = io('/app', {
    transports: ['websocket'],
    auth: { token },
    reconnectionDelay: 500,
    reconnectionDelayMax: RETRY_MAX_MS,
  });
  return {
    request: async (method, input) => {
      const answer = await answerOf((done) => {
        link.emit('call', method, input, done);
      });
      return Reply.parse(answer);
    },
    subscribe: (listener) => {
      link.on('event', listener);
      return () => {
        link.off('event', listener);
      };
    },
    onState: (listener) => watchState(link, listener),
    close: () => {
      link.close();
    },
  };
}

type Link = ReturnType<typeof io>;

/** Calls made while the socket is down are kept by socket.io and sent when it is up again. */
function answerOf(send: (done: (answer: unknown) => void) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const cancel = after(ANSWER_TIMEOUT_MS, () => {
      reject(new FailureError('hub-unreachable', 'The backend of this app does not answer.'));
    });
    send((answer) => {
      cancel();
      resolve(answer);
    });
  });
}

function watchState(link: Link, listener: (state: ConnectionState) => void): () => void {
  let lostAt: number | null = null;
  const tell = (state: ConnectionState): void => {
    listener(state);
  };
  const onConnect = (): void => {
    lostAt = null;
    tell({ kind: 'connected' });
  };
  const onLoss = (): void => {
    lostAt ??= wallNow();
    tell(link.active ? { kind: 'waiting', sinceMs: lostAt, retryInMs: RETRY_MAX_MS } : { kind: 'closed' });
  };
  link.on('connect', onConnect).on('disconnect', onLoss).on('connect_error', onLoss);
  tell(link.connected ? { kind: 'connected' } : { kind: 'connecting' });
  return () => {
    link.off('connect', onConnect).off('disconnect', onLoss).off('connect_error', onLoss);
  };
}

async function upload(file: File, token: string): Promise<{ readonly source: string }> {
  const response = await fetch('/upload', {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'x-file-name': encodeURIComponent(file.name) },
    body: file,
  });
  if (!response.ok) throw await uploadFailure(response);
  return UploadAnswer.parse(await response.json());
}

async function uploadFailure(response: Response): Promise<FailureError> {
  const body = Reply.safeParse(await response.json().catch(() => null)).data;
  if (body?.kind === 'failure') return FailureError.from(body.failure);
  const code = response.status === 401 || response.status === 403 ? 'unauthorised' : 'file-not-readable';
  return new FailureError(code, `The file was not taken (HTTP ${String(response.status)}).`);
}

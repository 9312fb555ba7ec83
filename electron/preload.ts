/** The page's only door: four functions in front of a MessagePort to the backend. No Electron object passes it. */
import { contextBridge, ipcRenderer } from 'electron';
import {
  COMMAND_CHANNEL,
  CONNECT_CHANNEL,
  type FromBackend,
  PORT_CHANNEL,
  type ToBackend,
} from './channel-names.ts';

type Listener = (value: unknown) => void;
type State = { readonly kind: 'connecting' } | { readonly kind: 'connected' } | { readonly kind: 'closed' };

/** shared/failure.ts says the same; importing it would put all of zod into the preload (a test compares the two). */
const BACKEND_STOPPED = {
  kind: 'failure',
  failure: {
    code: 'worker-died',
    message: 'The backend of this app stopped before it answered',
    nextStep: 'The work was stopped from outside or ran out of memory. Nothing was lost; start it again.',
  },
};

const events = new Set<Listener>();
const states = new Set<Listener>();
const commands = new Set<(commandId: string) => void>();
const waiting = new Map<number, Listener>();
let state: State = { kind: 'connecting' };
let port: MessagePort | undefined;
let lastId = 0;

function changeState(next: State): void {
  state = next;
  for (const listener of states) listener(next);
}

/** Calls of the backend that went away are answered: a page must not wait for ever. */
function abandonCalls(): void {
  for (const resolve of waiting.values()) resolve(BACKEND_STOPPED);
  waiting.clear();
}

function receive(message: FromBackend): void {
  if (message.kind === 'event') {
    for (const listener of events) listener(message.event);
    return;
  }
  waiting.get(message.id)?.(message.reply);
  waiting.delete(message.id);
}

function usePort(next: MessagePort): void {
  port?.close();
  abandonCalls();
  port = next;
  next.onmessage = (event: MessageEvent<FromBackend>) => {
    if (port === next) receive(event.data);
  };
  next.addEventListener('close', () => {
    if (port !== next) return;
    port = undefined;
    abandonCalls();
    changeState({ kind: 'closed' });
  });
  changeState({ kind: 'connected' });
}

function request(method: string, input: unknown): Promise<unknown> {
  if (port === undefined) return Promise.resolve(BACKEND_STOPPED);
  const message: ToBackend = { id: ++lastId, method, input };
  port.postMessage(message);
  return new Promise((resolve) => waiting.set(message.id, resolve));
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

ipcRenderer.on(PORT_CHANNEL, (event) => {
  const [next] = event.ports;
  if (next !== undefined) usePort(next);
});
ipcRenderer.on(COMMAND_CHANNEL, (_event, commandId: unknown) => {
  for (const listener of commands) listener(String(commandId));
});
// The first port must be there before the page's first request: both wait for this one promise.
const connected = ipcRenderer.invoke(CONNECT_CHANNEL, {});

contextBridge.exposeInMainWorld(
  'parley',
  Object.freeze({
    request: async (method: string, input: unknown) => {
      await connected;
      return request(method, input);
    },
    onEvent: (listener: Listener) => listen(events, listener),
    onState: (listener: Listener) => {
      listener(state);
      return listen(states, listener);
    },
    onCommand: (listener: (commandId: string) => void) => listen(commands, listener),
  }),
);

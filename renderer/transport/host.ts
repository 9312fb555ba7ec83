/** Where the page runs: in the desktop app (preload's frozen api) or in a browser on the loopback bridge. */
import { z } from 'zod';
import { type Transport } from '#shared/contract/transport.ts';

export interface Host {
  readonly kind: 'desktop' | 'browser';
  readonly transport: Transport;
  /** Hands a chosen file to the backend and answers the source that `data.inspect` takes; null in the desktop app, which has a dialog. */
  readonly upload: ((file: File) => Promise<{ readonly source: string }>) | null;
  /** The native menu's choices, by command id. */
  onCommand(listener: (commandId: string) => void): () => void;
}

/** What electron/preload.ts puts on the window, frozen. */
export interface DesktopApi {
  request(method: string, input: unknown): Promise<unknown>;
  onEvent(listener: (event: unknown) => void): () => void;
  onState(listener: (state: unknown) => void): () => void;
  onCommand(listener: (commandId: string) => void): () => void;
}

declare global {
  interface Window {
    readonly parley?: DesktopApi;
    /** react-remove-scroll writes a style element and takes its nonce from here. */
    __webpack_nonce__?: string;
  }
}

/**
 * The access token from `#token=…`, and what the address shows from then on. The token is kept in memory only:
 * neither in the history nor in storage.
 */
export function tokenOf(hash: string): { readonly token: string | null; readonly rest: string } {
  const match = /^#token=([\w.~-]+)(?:&(.*))?$/.exec(hash);
  const token = match?.[1];
  return token === undefined ? { token: null, rest: hash } : { token, rest: `#${match?.[2] ?? ''}` };
}

export const UploadAnswer = z.object({ source: z.string() });

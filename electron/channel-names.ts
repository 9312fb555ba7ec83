/** The channels between page and main process, all of them. No imports: the preload bundles this. */

/** Page → main: the page is loaded and asks for a port to the backend. */
export const CONNECT_CHANNEL = 'parley:connect';
/** Main → page: carries a MessagePort to the backend process, a new one after the backend was restarted. */
export const PORT_CHANNEL = 'parley:port';
/** Main → page: the id of a command that the native menu or a deep link asks for. */
export const COMMAND_CHANNEL = 'parley:command';

/** What travels on the port. */
export type ToBackend = { readonly id: number; readonly method: string; readonly input: unknown };
export type FromBackend =
  | { readonly kind: 'reply'; readonly id: number; readonly reply: unknown }
  | { readonly kind: 'event'; readonly event: unknown };

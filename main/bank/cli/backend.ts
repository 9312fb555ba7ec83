/** The part of the command line that needs the whole backend, loaded as one when a verb asks for it. */
export { restoreBank } from './restore.ts';
export { restored } from './store-verbs.ts';
export { withBank } from './reach.ts';
export { serveBank } from './serve.ts';
export { ask } from './verbs.ts';

/** The part of the command line that needs the whole backend, loaded as one when a verb asks for it. */
export { withBank } from './reach.ts';
export { serveBank } from './serve.ts';
export { ask } from './verbs.ts';

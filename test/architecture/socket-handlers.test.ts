/** A throw in a socket.io handler ends the process (reliability.md 0.7), so handlers on sockets stand in few, known files. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Every file that listens on a socket, with what makes it safe. */
const KNOWN = [
  'main/wire/bridge/bridge.ts', // errors of a raw socket, ignored
  'main/wire/bridge/sessions.ts', // the page's calls, caught there
  'main/wire/calls.ts', // the wrapper around every call of a peer
  'main/wire/client-socket.ts', // a client's own connection: signals and its end
  'main/wire/control.ts', // the command line's own connection: its end
  'main/wire/traffic.ts', // counts bytes when a socket closes
];

const LISTENS = /\bsocket\s*\.\s*(?:on|once|onAny|use)\(/;

it('sockets are listened to in these files only', () => {
  const files = globSync('main/**/*.ts', { cwd: ROOT }).map((file) => file.split(path.sep).join('/'));
  expect(files.length).toBeGreaterThan(100);
  const found = files.filter((file) => LISTENS.test(readFileSync(path.join(ROOT, file), 'utf8')));
  expect(found.toSorted()).toEqual(KNOWN);
});

it('the search finds a handler', () => {
  expect("socket.on('call', () => undefined)").toMatch(LISTENS);
  expect('socket\n  .once("x", f)').toMatch(LISTENS);
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFileLog, createStderrLog, errorFields, joinLogs } from '../../../main/platform/log.ts';
import { fakeClock } from '../../fakes/clock.ts';

const DAY_MS = 86_400_000;
let directory: string;

beforeEach(() => {
  directory = path.join(mkdtempSync(path.join(tmpdir(), 'parley-log-')), 'logs');
});

afterEach(() => {
  rmSync(path.dirname(directory), { recursive: true, force: true });
});

it('writes one JSON document a line, with time, level and event first', () => {
  const log = createFileLog({ directory, level: 'info', clock: fakeClock() });
  log.info('round-opened', { round: 14, isOpen: true });
  log.debug('not-written');
  const text = readFileSync(path.join(directory, '2026-11-24.log'), 'utf8');
  expect(text).toBe(
    '{"time":"2026-11-24T09:30:00.000Z","level":"info","event":"round-opened","round":14,"isOpen":true}\n',
  );
});

it('does not let a field pass itself off as the event', () => {
  const lines: string[] = [];
  const log = createStderrLog({ level: 'debug', clock: fakeClock(), write: (line) => lines.push(line) });
  log.warn('real', { event: 'forged', level: 'debug' });
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '2026-11-24T09:30:00.000Z',
    level: 'warn',
    event: 'real',
  });
});

it('starts a file a day and keeps the newest fourteen', () => {
  const clock = fakeClock();
  const log = createFileLog({ directory, level: 'info', clock });
  writeFileSync(path.join(directory, 'notes.txt'), 'not a log of ours');
  for (let day = 0; day < 20; day++) {
    log.info('day', { day });
    clock.advance(DAY_MS);
  }
  const files = readdirSync(directory).sort();
  expect(files).toHaveLength(15);
  expect(files[0]).toBe('2026-11-30.log');
  expect(files.at(-1)).toBe('notes.txt');
});

it.skipIf(process.platform === 'win32')('is readable by this user only', () => {
  createFileLog({ directory, level: 'info', clock: fakeClock() }).info('x');
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(statSync(path.join(directory, '2026-11-24.log')).mode & 0o777).toBe(0o600);
});

it('joins logs that filter by their own levels', () => {
  const quiet: string[] = [];
  const chatty: string[] = [];
  const log = joinLogs(
    createStderrLog({ level: 'error', clock: fakeClock(), write: (line) => quiet.push(line) }),
    createStderrLog({ level: 'debug', clock: fakeClock(), write: (line) => chatty.push(line) }),
  );
  log.debug('a');
  log.error('b');
  expect([quiet.length, chatty.length]).toEqual([1, 2]);
});

it('names an error and where it came from', () => {
  expect(errorFields(new TypeError('x is not y'))['error']).toBe('TypeError: x is not y');
  expect(errorFields({ row: 'Anna, 48213.77' })).toEqual({ error: 'object' });
});

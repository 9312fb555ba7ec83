/** The log: JSON lines with an event name and primitive fields. Not the audit, which is a chained table in the store. */
import { appendFileSync, chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { hasCode, makePrivateDirectory } from './files.ts';
import type { Clock, Log, LogFields } from './ports.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const KEPT_FILES = 14;
const FILE_NAME = /^\d{4}-\d{2}-\d{2}[.]log$/;

interface Entry {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

export interface FileLogOptions {
  readonly directory: string;
  readonly level: LogLevel;
  readonly clock: Pick<Clock, 'now'>;
}

/** One file a UTC day in `directory`, the newest 14 kept. A full disk loses log lines, never work. */
export function createFileLog(options: FileLogOptions): Log {
  makePrivateDirectory(options.directory);
  let today = '';
  return logFrom(options.level, (entry) => {
    const time = new Date(options.clock.now()).toISOString();
    const file = `${time.slice(0, 10)}.log`;
    if (file !== today) removeOldFiles(options.directory, file);
    today = file;
    append(path.join(options.directory, file), formatLine(time, entry));
  });
}

export interface StderrLogOptions {
  readonly level: LogLevel;
  readonly clock: Pick<Clock, 'now'>;
  /** Where a line goes: the process's standard error, so that standard output stays a document. */
  readonly write?: (line: string) => void;
}

/** The same lines on standard error, for commands. */
export function createStderrLog(options: StderrLogOptions): Log {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  return logFrom(options.level, (entry) => {
    write(formatLine(new Date(options.clock.now()).toISOString(), entry));
  });
}

/** Writes every entry to each of the logs, which filter by their own levels. */
export function joinLogs(...logs: readonly Log[]): Log {
  const each =
    (level: LogLevel) =>
    (event: string, fields?: LogFields): void => {
      for (const log of logs) log[level](event, fields);
    };
  return { debug: each('debug'), info: each('info'), warn: each('warn'), error: each('error') };
}

export const silentLog: Log = joinLogs();

/** What of an error may be logged: its name, message and stack; never the values it was made from. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  return { error: `${error.name}: ${error.message}`, stack: error.stack ?? '' };
}

function logFrom(lowest: LogLevel, write: (entry: Entry) => void): Log {
  const at =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}): void => {
      if (LEVELS.indexOf(level) >= LEVELS.indexOf(lowest)) write({ level, event, fields });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Time, level and event come first and win over fields of those names. */
function formatLine(time: string, entry: Entry): string {
  const head = { time, level: entry.level, event: entry.event };
  return `${JSON.stringify({ ...head, ...entry.fields, ...head })}\n`;
}

function append(file: string, line: string): void {
  try {
    const isNew = !existsSync(file);
    appendFileSync(file, line, { mode: 0o600 });
    if (isNew) chmodSync(file, 0o600);
  } catch (error) {
    if (!hasCode(error, 'ENOSPC')) throw error;
  }
}

function removeOldFiles(directory: string, current: string): void {
  const older = readdirSync(directory)
    .filter((name) => FILE_NAME.test(name) && name !== current)
    .sort();
  for (const name of older.slice(0, Math.max(0, older.length - (KEPT_FILES - 1)))) {
    rmSync(path.join(directory, name), { force: true });
  }
}

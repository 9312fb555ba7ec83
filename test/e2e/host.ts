/** Starts a built entry as its own process, as a person would, and stops it. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const root = path.join(import.meta.dirname, '../..');

export interface RunningEntry {
  /** The first address that it printed. */
  readonly url: string;
  readonly pid: number | undefined;
  /** SIGTERM, or as named; resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface EntryOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Node itself, not `npm run`: npm's shell passes no signal on. */
export async function startEntry(name: 'bank' | 'hub', options: EntryOptions = {}): Promise<RunningEntry> {
  const entry = path.join(root, 'out', 'main', `${name}.js`);
  const child = spawn(process.execPath, ['--enable-source-maps', entry, ...(options.args ?? [])], {
    env: { ...process.env, PARLEY_LOG_LEVEL: 'warn', ...options.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  const url = await new Promise<string>((resolve, reject) => {
    void gone.then((code) => {
      reject(new Error(`${name} ended with code ${String(code)} before it printed an address`));
    });
    createInterface(child.stdout).on('line', (line) => {
      const match = /https?:\/\/\S+/.exec(line);
      if (match !== null) resolve(match[0]);
    });
  });
  return {
    url,
    pid: child.pid,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await gone;
    },
  };
}

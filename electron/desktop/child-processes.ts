/** The demo's hub and peer banks as utility processes, started for the backend. None outlives the backend or the app. */
import { utilityProcess, type UtilityProcess } from 'electron';
import path from 'node:path';
import type { ProcessOrder, ToBackendProcess } from '../backend/messages.ts';

export interface ChildProcesses {
  start(order: ProcessOrder): void;
  kill(id: number): void;
  killAll(): void;
}

export interface ChildProcessesOptions {
  /** out/main: a name becomes the bundle of that name, and no other file. */
  readonly entryDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly tell: (message: ToBackendProcess) => void;
}

export function createChildProcesses(options: ChildProcessesOptions): ChildProcesses {
  const children = new Map<number, UtilityProcess>();
  return {
    start: ({ id, name, args, environment }) => {
      const child = utilityProcess.fork(path.join(options.entryDirectory, `${name}.js`), args, {
        serviceName: `Parley ${name}`,
        stdio: 'pipe',
        env: { ...options.environment, ...environment },
      });
      children.set(id, child);
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream]?.setEncoding('utf8').on('data', (text: string) => {
          options.tell({ kind: 'process-output', id, stream, text });
        });
      }
      child.once('exit', (code) => {
        children.delete(id);
        options.tell({ kind: 'process-ended', id, code });
      });
    },
    // Electron asks with SIGTERM; there is no harder way, and the system ends them with the app
    kill: (id) => {
      children.get(id)?.kill();
    },
    killAll: () => {
      for (const child of children.values()) child.kill();
    },
  };
}

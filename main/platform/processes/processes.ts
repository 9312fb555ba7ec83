/** Further Node processes of the same build (the demo's hub and peer banks). None outlives the process that started it. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { guardedEnvironment } from '../config.ts';
import type { ProcessHandle, ProcessName, Processes } from '../ports.ts';
import { createOutput, type Output } from './output.ts';

export interface ProcessesOptions {
  /** Folder of the entries: out/main in a build, main/entry when Node runs the sources. */
  readonly entryDirectory: string;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Their standard input is a pipe from here: it closes with this process, whatever ended it, and they stop (lifecycle.ts). */
export function createProcesses(options: ProcessesOptions): Processes {
  const children = new Set<Child>();
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
  });
  return {
    start: (name, args, environment = {}) => {
      const entry = processEntry(options.entryDirectory, name);
      const child = spawn(process.execPath, ['--enable-source-maps', entry, ...args], {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: guardedEnvironment(environment),
      });
      children.add(child);
      child.once('close', () => children.delete(child));
      return handleOf(child, createOutput(name));
    },
  };
}

function processEntry(directory: string, name: ProcessName): string {
  const built = path.join(directory, `${name}.js`);
  return existsSync(built) ? built : path.join(directory, `${name}.ts`);
}

function handleOf(child: Child, output: Output): ProcessHandle {
  child.stdout.setEncoding('utf8').on('data', output.fromStdout);
  child.stderr.setEncoding('utf8').on('data', output.fromStderr);
  // a write to a process that is gone is no news: its exit is
  child.stdin.on('error', () => undefined);
  child.once('error', output.failed);
  // 'close' comes after the last byte of both streams, 'exit' may come before
  child.once('close', output.ended);
  return {
    pid: child.pid,
    waitForLine: output.waitForLine,
    onExit: output.onExit,
    kill: (signal = 'SIGTERM') => {
      // Windows has no SIGTERM: there the closed pipe asks it to stop
      if (signal === 'SIGTERM') child.stdin.end();
      if (signal === 'SIGKILL' || process.platform !== 'win32') child.kill(signal);
    },
  };
}

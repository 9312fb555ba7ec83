/** The outside world as the backends see it: passed in by options objects, replaced by fakes in tests. */

export interface Clock {
  /** Milliseconds since the Unix epoch; for records and display, never for deadlines. */
  now(): number;
  /** Monotonic milliseconds; deadlines and durations run on this (design.md I13). */
  monotonic(): number;
  /** Calls `action` once after `delayMs`; the function returned cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

export interface Random {
  /** Fresh bytes from the operating system's CSPRNG; seeded only in tests. */
  bytes(length: number): Uint8Array;
}

export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** JSON lines with primitive fields only: rows and weights can't be logged by accident. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Named secrets (keys), kept in the operating system's key store or in files of mode 0600. */
export interface Secrets {
  /** How the secrets are kept, for Settings. */
  readonly protection: 'operating-system' | 'passphrase' | 'file-mode-only';
  read(name: string): Uint8Array | undefined;
  /** Written and flushed before it returns. */
  write(name: string, value: Uint8Array): void;
}

export type WorkerName =
  'training' | 'import' | 'features' | 'scoring' | 'kernel' | 'sample' | 'engines' | 'leaks';

export interface WorkerHandle {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, with the error if the worker threw and with undefined after a clean exit or `terminate`. */
  onExit(listener: (error: Error | undefined) => void): void;
  terminate(): Promise<void>;
}

/** Worker threads by the name of their entry (main/entry/NAME-worker.ts). */
export interface Workers {
  start(name: WorkerName, data: unknown): WorkerHandle;
}

export type ProcessName = 'hub' | 'bank';

export interface ProcessHandle {
  readonly pid: number | undefined;
  /** Resolves with the first line of standard output that matches, rejects when the process ends before. */
  waitForLine(pattern: RegExp): Promise<string>;
  onExit(listener: (code: number | null) => void): void;
  kill(signal?: 'SIGTERM' | 'SIGKILL'): void;
}

/** Further processes of the same build: Node's spawn headless, utility processes in Electron. */
export interface Processes {
  start(
    name: ProcessName,
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): ProcessHandle;
}

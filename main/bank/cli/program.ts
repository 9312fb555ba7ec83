/** The outside of a command: arguments in, text out. Replaced by a recording one in tests. */
import type { Clock } from '#main/platform/ports.ts';
import type { BankOptions } from '../create.ts';

export interface BankProgram {
  readonly args: readonly string[];
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Progress is drawn on a terminal only. */
  readonly isTerminal: boolean;
  readonly readText: (file: string) => string;
  readonly writeText: (file: string, text: string) => void;
  readonly clock: Clock;
  /** The ports of a bank in this home; asked for once a command needs it. */
  readonly bankOptions: (flags: HostFlags) => ProgramOptions | Promise<ProgramOptions>;
}

export interface HostFlags {
  readonly home: string | undefined;
  readonly port: number | undefined;
}

export interface ProgramOptions extends BankOptions {
  readonly port: number;
  /** Folder of the built page. */
  readonly pageDirectory: string;
}

/** One line that is overwritten; nothing where standard error is no terminal. */
export function showProgress(program: Pick<BankProgram, 'isTerminal' | 'stderr'>, line: string): void {
  if (program.isTerminal) program.stderr(`\r\u001b[K${line}`);
}

export function endProgress(program: Pick<BankProgram, 'isTerminal' | 'stderr'>): void {
  if (program.isTerminal) program.stderr('\r\u001b[K');
}

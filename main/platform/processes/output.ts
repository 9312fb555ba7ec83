/** What a child process says: lines waited for, the tail of its complaints, and its end, told once to everyone who asks. */
import { FailureError } from '#shared/failure.ts';

export interface Output {
  readonly fromStdout: (text: string) => void;
  readonly fromStderr: (text: string) => void;
  readonly failed: (error: Error) => void;
  readonly ended: (code: number | null) => void;
  /** Also finds a line that came before the call. Rejects with `worker-died` when the process ends without it. */
  readonly waitForLine: (pattern: RegExp) => Promise<string>;
  readonly onExit: (listener: (code: number | null) => void) => void;
}

interface Waiting {
  readonly pattern: RegExp;
  readonly resolve: (line: string) => void;
  readonly reject: (error: FailureError) => void;
}

const KEPT_LINES = 200;
const KEPT_COMPLAINT_CHARACTERS = 2000;

type State = { readonly kind: 'running' } | { readonly kind: 'over'; readonly code: number | null };

export function createOutput(name: string): Output {
  const lines: string[] = [];
  const waiting = new Set<Waiting>();
  const listeners = new Set<(code: number | null) => void>();
  let partial = '';
  let complaint = '';
  let state: State = { kind: 'running' };

  const addLine = (line: string): void => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    for (const one of waiting) {
      if (!one.pattern.test(line)) continue;
      waiting.delete(one);
      one.resolve(line);
    }
  };
  const died = (code: number | null): FailureError => {
    const said = complaint.trim() === '' ? '' : `: ${complaint.trim()}`;
    return new FailureError('worker-died', `The ${name} process ended (code ${String(code)})${said}`);
  };
  const end = (code: number | null): void => {
    if (state.kind === 'over') return;
    if (partial !== '') addLine(partial);
    state = { kind: 'over', code };
    for (const one of waiting) one.reject(died(code));
    waiting.clear();
    for (const listener of listeners) listener(code);
    listeners.clear();
  };

  return {
    fromStdout: (text) => {
      const pieces = (partial + text).split('\n');
      partial = pieces.pop() ?? '';
      for (const piece of pieces) addLine(piece.replace(/\r$/, ''));
    },
    fromStderr: (text) => {
      complaint = (complaint + text).slice(-KEPT_COMPLAINT_CHARACTERS);
    },
    failed: (error) => {
      complaint += error.message;
      end(null);
    },
    ended: end,
    waitForLine: async (pattern) => {
      const seen = lines.find((line) => pattern.test(line));
      if (seen !== undefined) return seen;
      if (state.kind === 'over') throw died(state.code);
      return new Promise((resolve, reject) => waiting.add({ pattern, resolve, reject }));
    },
    onExit: (listener) => {
      if (state.kind === 'over') listener(state.code);
      else listeners.add(listener);
    },
  };
}

/** The Processes port inside the backend process: only the main process can start utility processes, so it is asked to. */
import type { ProcessHandle, Processes } from '../../main/platform/ports.ts';
import { createOutput, type Output } from '../../main/platform/processes/output.ts';
import type { FromBackendProcess, ToBackendProcess } from './messages.ts';

export interface DesktopProcesses extends Processes {
  /** What the main process tells about the processes that it started. */
  receive(message: Extract<ToBackendProcess, { kind: 'process-output' | 'process-ended' }>): void;
}

export function createDesktopProcesses(send: (message: FromBackendProcess) => void): DesktopProcesses {
  const outputs = new Map<number, Output>();
  let lastId = 0;
  return {
    start: (name, args, environment = {}) => {
      const id = ++lastId;
      const output = createOutput(name);
      outputs.set(id, output);
      send({ kind: 'start-process', id, name, args: [...args], environment: { ...environment } });
      return handleOf(output, (signal) => {
        send({ kind: 'kill-process', id, signal });
      });
    },
    receive: (message) => {
      const output = outputs.get(message.id);
      if (message.kind === 'process-ended') {
        outputs.delete(message.id);
        output?.ended(message.code);
      } else if (message.stream === 'stdout') output?.fromStdout(message.text);
      else output?.fromStderr(message.text);
    },
  };
}

function handleOf(output: Output, kill: (signal: 'SIGTERM' | 'SIGKILL') => void): ProcessHandle {
  return {
    // known to the main process only
    pid: undefined,
    waitForLine: output.waitForLine,
    onExit: output.onExit,
    kill: (signal = 'SIGTERM') => {
      kill(signal);
    },
  };
}

/** A hub of the sample consortium: a process of its own, steered through its operator's contract. */
import { mkdirSync } from 'node:fs';
import { type HubContract, hubContract } from '#shared/contract/hub.ts';
import type { Client } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import type { ProcessHandle, Processes } from '../../platform/ports.ts';
import { connectControl } from '../../wire/control.ts';

export interface RunningHub {
  readonly client: Client<HubContract>;
  readonly address: string;
  readonly process: ProcessHandle;
  stop(): void;
}

export interface HubLaunch {
  readonly home: string;
  readonly consortiumName: string;
  readonly processes: Processes;
  /** The address to listen on again after a restart; a free port without it. */
  readonly listen?: string;
}

/** Starts `hub serve` on loopback and founds the consortium if the store is new. */
export async function startHub(launch: HubLaunch): Promise<RunningHub> {
  mkdirSync(launch.home, { recursive: true, mode: 0o700 });
  const process = launch.processes.start('hub', [
    'serve',
    '--home',
    launch.home,
    '--listen',
    launch.listen ?? '127.0.0.1:0',
    '--name',
    launch.consortiumName,
  ]);
  const line = await process.waitForLine(/http:\/\/127\.0\.0\.1:\d+/);
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
  if (address === undefined) throw new FailureError('hub-unreachable', `The hub printed no address: ${line}`);
  const control = await connectControl({ contract: hubContract, home: launch.home });
  return {
    client: control.client,
    address,
    process,
    stop: () => {
      control.close();
      process.kill('SIGTERM');
    },
  };
}

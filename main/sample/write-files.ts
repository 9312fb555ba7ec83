/** Writes the sample's files one bank after another; runs in the sample worker. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { bankFile } from './generator/bank.ts';
import { sampleFile, type SampleJob } from './sample.ts';

const WRITE_BYTES = 1 << 20;

export function writeSampleFiles(job: SampleJob, onWritten: (files: number) => void): void {
  mkdirSync(job.directory, { recursive: true, mode: 0o700 });
  for (let index = 0; index < job.banks; index++) {
    writeFile(sampleFile(job.directory, index), bankFile(job.seed, index));
    onWritten(index + 1);
  }
}

function writeFile(file: string, lines: Iterable<string>): void {
  const descriptor = openSync(file, 'w', 0o600);
  let pending = '';
  for (const line of lines) {
    pending += line;
    if (pending.length < WRITE_BYTES) continue;
    writeSync(descriptor, pending);
    pending = '';
  }
  writeSync(descriptor, pending);
  closeSync(descriptor);
}

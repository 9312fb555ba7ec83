/** Folders for what need not survive the power: on memory where the machine has such a place. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MEMORY = '/dev/shm';

export function scratchFolder(prefix: string): string {
  return mkdtempSync(path.join(existsSync(MEMORY) ? MEMORY : tmpdir(), prefix));
}

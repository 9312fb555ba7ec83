/** Text that a flag names: of a file, or of standard input for "-". Throws `file-not-readable`. */
import { readFileSync } from 'node:fs';
import { FailureError } from '#shared/failure.ts';

const STANDARD_INPUT = 0;

export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8');
  } catch {
    // whatever the cause, the person has to name a file that can be read
    throw new FailureError('file-not-readable', `The file ${file} can't be read`, { file });
  }
}

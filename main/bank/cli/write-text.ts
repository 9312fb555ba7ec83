/** Writes a file that an argument names, whole or not at all. Throws `file-not-writable`. */
import path from 'node:path';
import { writeFileDurably } from '#main/platform/files.ts';
import { FailureError } from '#shared/failure.ts';

export function writeText(file: string, text: string): void {
  try {
    writeFileDurably(path.resolve(file), text);
  } catch {
    // whatever the cause, the person has to name a place that can be written
    throw new FailureError('file-not-writable', `The file ${file} can't be written`, { file });
  }
}

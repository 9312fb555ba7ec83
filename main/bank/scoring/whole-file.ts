/** A file that is written piece by piece and appears whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { withStoreFailures } from '../../platform/sqlite/failures.ts';

/** Answers what `fill` does. @throws FailureError `file-not-readable` or `disk-full`; then the old file is as it was. */
export function writeWhole<T>(file: string, fill: (write: (text: string) => void) => T): T {
  const partial = `${file}.partial`;
  return withStoreFailures(file, () => {
    try {
      const value = filled(partial, fill);
      renameSync(partial, file);
      return value;
    } catch (error) {
      rmSync(partial, { force: true });
      throw error;
    }
  });
}

function filled<T>(file: string, fill: (write: (text: string) => void) => T): T {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    const value = fill((text) => {
      // unlike writeSync it goes on until all of the text is written
      writeFileSync(descriptor, text);
    });
    fsyncSync(descriptor);
    return value;
  } finally {
    closeSync(descriptor);
  }
}

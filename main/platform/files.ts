/** Small files that must survive a power cut, readable by this user only. Large data goes through the stores. */
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;

/** Makes the folder and its parents; the folder itself is closed to other users also when it existed. */
export function makePrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  chmodSync(directory, PRIVATE_DIRECTORY);
}

/**
 * Replaces the file as a whole: after a crash either the old content is there or the new one.
 * Written beside it, flushed, renamed, and the folder flushed, since a rename is durable only then.
 */
export function writeFileDurably(file: string, content: Uint8Array | string): void {
  const directory = path.dirname(file);
  const temporary = path.join(directory, `.${path.basename(file)}.${String(process.pid)}.new`);
  try {
    writeFlushed(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  flushDirectory(directory);
}

/** The file's bytes, or undefined when there is none. */
export function readFileIfPresent(file: string): Uint8Array | undefined {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Forces a file that another library wrote to the disk. */
export function flushFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A new name in a folder is durable only once the folder is flushed. */
export function flushDirectoryOf(file: string): void {
  flushDirectory(path.dirname(path.resolve(file)));
}

/** Whether an error of Node's file system carries this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function writeFlushed(file: string, content: Uint8Array | string): void {
  const descriptor = openSync(file, 'w', PRIVATE_FILE);
  try {
    // a left-over temporary file keeps the mode it was made with
    if (process.platform !== 'win32') fchmodSync(descriptor, PRIVATE_FILE);
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Windows can't open a folder; there NTFS journals the rename itself. */
function flushDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A small ext4 disk in a file: what was not flushed is in no copy of that file, as after a power cut. Linux, root. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { scratchFolder } from '../scratch.ts';

const DISK_BYTES = 48 * 1024 * 1024;

export interface Disk {
  /** Where it is mounted. */
  readonly folder: string;
  /** Copies the disk as its last flush left it; mount the copy to see what a start after the cut would find. */
  cut(): { readonly folder: string; remove(): void };
  remove(): void;
}

/** Why no disk can be mounted here, in a sentence; null when it can. */
export function mountObstacle(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux: a loop-mounted ext4 image';
  if (process.getuid?.() !== 0) return 'it needs root to mount an ext4 image';
  try {
    createDisk().remove();
    return null;
  } catch (error) {
    return `an ext4 image can not be mounted here (${error instanceof Error ? firstLine(error.message) : 'unknown'})`;
  }
}

export function createDisk(): Disk {
  // The backing file on memory: what was flushed to the disk is there at once, and only that.
  const base = scratchFolder('parley-disk-');
  const image = path.join(base, 'disk.img');
  try {
    writeFileSync(image, '');
    truncateSync(image, DISK_BYTES);
    execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', image], { stdio: 'pipe' });
    const folder = mounted(image, path.join(base, 'disk'));
    return {
      folder,
      cut: () => {
        const copy = path.join(base, 'cut.img');
        copyFileSync(image, copy);
        const after = path.join(base, 'after');
        return {
          folder: mounted(copy, after),
          remove: () => {
            unmount(after);
            rmSync(copy, { force: true });
          },
        };
      },
      remove: () => {
        unmount(folder);
        rmSync(base, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(base, { recursive: true, force: true });
    throw error;
  }
}

function mounted(image: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' });
  return folder;
}

function unmount(folder: string): void {
  execFileSync('umount', [folder], { stdio: 'pipe' });
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}

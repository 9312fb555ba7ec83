// Dependency-free: the Electron binary of the package, or the one that ELECTRON_OVERRIDE_DIST_PATH names.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from './workspace.mjs';

const NAMES = { linux: 'electron', darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/** Path of an Electron executable, or undefined. */
export function findElectron() {
  const name = NAMES[process.platform] ?? 'electron';
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return existsSync(join(override, name)) ? join(override, name) : undefined;
  const pathFile = tool('electron/path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = join(tool('electron/dist'), readFileSync(pathFile, 'utf8'));
  return existsSync(binary) ? binary : undefined;
}

/** Why no window can be opened here, in words that follow "since"; undefined when one can. */
export function whyNoWindow() {
  const needsDisplay = process.platform === 'linux';
  if (needsDisplay && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display';
  return findElectron() === undefined ? 'there is no Electron binary' : undefined;
}

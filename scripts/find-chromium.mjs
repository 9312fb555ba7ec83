// Dependency-free: used before and after `npm ci`.
import { accessSync, constants, readdirSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';

const runs = (p) => {
  try {
    accessSync(p, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Path of a Chromium or Chrome, or undefined. CHROMIUM_PATH wins. */
export function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const os = platform();
  const fixed =
    {
      linux: [
        '/usr/bin/chromium',
        '/usr/bin/chromium-browser',
        '/usr/bin/google-chrome',
        '/usr/bin/google-chrome-stable',
        '/snap/bin/chromium',
      ],
      darwin: [
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
      ],
      win32: [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
        .filter(Boolean)
        .map((d) => join(d, 'Google/Chrome/Application/chrome.exe')),
    }[os] ?? [];
  const hit = fixed.find(runs);
  if (hit) return hit;
  // a browser that `npx playwright install chromium` fetched earlier
  const cache =
    process.env.PLAYWRIGHT_BROWSERS_PATH ??
    {
      linux: join(homedir(), '.cache/ms-playwright'),
      darwin: join(homedir(), 'Library/Caches/ms-playwright'),
      win32: join(process.env.LOCALAPPDATA ?? '', 'ms-playwright'),
    }[os];
  try {
    for (const d of readdirSync(cache)
      .filter((n) => /^chromium-\d+$/.test(n))
      .sort()
      .reverse()) {
      const exe = {
        linux: 'chrome-linux64/chrome',
        darwin: 'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
        win32: 'chrome-win64/chrome.exe',
      }[os];
      if (exe && runs(join(cache, d, exe))) return join(cache, d, exe);
    }
  } catch {
    /* no such cache */
  }
  return undefined;
}

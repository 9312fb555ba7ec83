import { defineConfig } from 'playwright/test';
import { findChromium } from './scripts/find-chromium.mjs';

const executablePath = findChromium();

export default defineConfig({
  outputDir: 'node_modules/.cache/playwright',
  timeout: 60_000,
  workers: 1,
  // Real processes on a busy machine: slowness is no failure.
  expect: { timeout: 15_000 },
  reporter: 'list',
  projects: [
    {
      name: 'browser',
      testDir: 'test/e2e',
      use: {
        viewport: { width: 1280, height: 800 },
        contextOptions: { reducedMotion: 'reduce' },
        trace: 'retain-on-failure',
        launchOptions: {
          ...(executablePath === undefined ? {} : { executablePath }),
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-dev-shm-usage',
            '--disable-background-networking',
            '--disable-component-update',
            '--no-first-run',
          ],
        },
      },
    },
    { name: 'electron', testDir: 'test/e2e-electron' },
  ],
});

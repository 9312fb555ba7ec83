import { defineConfig } from 'vitest/config';

/** Files share one process for speed; only the tests that replace the `electron` module need a registry of their own. */
export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/e2e/**', 'test/e2e-electron/**', 'test/electron/**'],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'electron', include: ['test/electron/**/*.test.ts'], isolate: true } },
    ],
  },
});

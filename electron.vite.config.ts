import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { pageFiles } from './scripts/page-files.mjs';

const root = import.meta.dirname;
const at = (...parts: string[]) => path.resolve(root, ...parts);

/** Name → source, for the entries that exist. Workers keep fixed names: they are started by name. */
function entries(sources: Readonly<Record<string, string>>): Record<string, string> {
  const found = Object.entries(sources).map(([name, source]) => [name, at(source)] as const);
  return Object.fromEntries(found.filter(([, source]) => existsSync(source)));
}

const workers = Object.fromEntries(
  globSync('main/entry/*-worker.ts', { cwd: root }).map((file) => [path.basename(file, '.ts'), file]),
);

export default defineConfig({
  main: {
    // resources/ is shipped beside the bundles by electron-builder and found by the entries
    publicDir: false,
    build: {
      outDir: at('out/main'),
      target: 'node24.18',
      sourcemap: true,
      // optionalDependencies are not external by default
      externalizeDeps: { include: ['@tensorflow/tfjs-node'] },
      rolldownOptions: {
        input: entries({
          main: 'electron/main.ts',
          backend: 'electron/backend.ts',
          bank: 'main/entry/bank.ts',
          hub: 'main/entry/hub.ts',
          demo: 'main/entry/demo.ts',
          ...workers,
        }),
      },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'),
      target: 'node24.18',
      externalizeDeps: false,
      rolldownOptions: {
        input: entries({ preload: 'electron/preload.ts' }),
        // a sandboxed preload is one CommonJS file that can require little but electron
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: at('renderer'),
    plugins: [react(), pageFiles()],
    server: {
      host: '127.0.0.1',
      port: 5173,
      strictPort: true,
      // dev in a plain browser: the page comes from Vite, the bridge from the headless bank (scripts/dev-web.mjs)
      proxy: {
        '/socket.io': {
          target: 'http://127.0.0.1:4780',
          changeOrigin: true,
          ws: true,
          rewriteWsOrigin: true,
        },
        '/upload': {
          target: 'http://127.0.0.1:4780',
          changeOrigin: true,
          headers: { origin: 'http://127.0.0.1:4780' },
        },
      },
    },
    build: {
      outDir: at('out/renderer'),
      target: 'chrome150',
      minify: true,
      chunkSizeWarningLimit: 2000,
      sourcemap: false,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: entries({ bank: 'renderer/bank/index.html', hub: 'renderer/hub/index.html' }),
      },
    },
  },
});

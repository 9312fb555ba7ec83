/** The layers of docs/design.md section 3. test/architecture/layers.test.ts shows that each rule bites. */
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'Two modules that need each other are one module.',
      { path: '^(electron|main|renderer|shared)/' },
      {
        circular: true,
      },
    ),
    rule(
      'shared-imports-only-zod',
      'shared/ runs in every process: no Node, no DOM, no package but zod.',
      { path: '^shared/' },
      {
        pathNot: ['^shared/', '^node_modules/zod/'],
      },
    ),
    rule(
      'renderer-sees-shared-only',
      'The page knows the contract, not the backend.',
      { path: '^renderer/' },
      {
        path: '^(main|electron|test|scripts)/',
      },
    ),
    rule(
      'renderer-has-no-node',
      'The page runs in a sandbox.',
      { path: '^renderer/' },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'main-below-electron',
      'The backends run headless.',
      { path: '^main/' },
      {
        path: '^(electron|renderer|test|scripts)/|^node_modules/electron/',
      },
    ),
    rule(
      'electron-sees-main-and-shared',
      'The desktop shell holds no page code.',
      { path: '^electron/' },
      {
        path: '^(renderer|test|scripts)/',
      },
    ),
    rule(
      'electron-only-in-electron',
      'Everything else runs under plain Node.',
      { path: '^(main|renderer|shared)/' },
      {
        path: '^node_modules/electron/',
      },
    ),
    rule(
      'bank-never-sees-hub',
      'They meet on the wire only.',
      { path: '^main/bank/' },
      { path: '^main/hub/' },
    ),
    rule(
      'hub-never-sees-bank',
      'They meet on the wire only.',
      { path: '^main/hub/' },
      { path: '^main/bank/' },
    ),
    rule(
      'learning-is-pure',
      'Arrays in, arrays out: no files, sockets, stores, processes.',
      { path: '^main/learning/' },
      {
        dependencyTypes: ['core'],
      },
    ),
    rule(
      'learning-imports-little',
      'learning/ builds on shared/, itself, the ports and (in tensorflow/) the engine.',
      { path: '^main/learning/' },
      { path: '^main/', pathNot: ['^main/learning/', '^main/platform/ports[.]ts$'] },
    ),
    rule(
      'secure-aggregation-is-pure',
      'Protocol steps over node:crypto: no socket, no store.',
      { path: '^main/secure-aggregation/' },
      {
        path: '^main/|^(fs|net|http|https|child_process|worker_threads)(/|$)|^node_modules/(better-sqlite3|socket[.]io)',
        pathNot: ['^main/secure-aggregation/', '^main/platform/ports[.]ts$'],
      },
    ),
    rule(
      'sql-in-stores-only',
      'SQL lives in store.ts, store/** and platform/sqlite/**.',
      {
        path: '^(main|electron|renderer|shared)/',
        pathNot: ['^main/platform/sqlite/', '/store[.]ts$', '/store/'],
      },
      { path: '^node_modules/(@types/)?better-sqlite3/' },
    ),
    rule(
      'sockets-on-the-wire-only',
      'socket.io lives in main/wire and renderer/transport.',
      {
        path: '^(main|electron|renderer|shared)/',
        pathNot: ['^main/wire/', '^renderer/transport/'],
      },
      { path: '^node_modules/(socket[.]io|socket[.]io-client|engine[.]io|ws)/' },
    ),
    rule(
      'tensorflow-in-its-place-only',
      'TensorFlow.js lives in learning/tensorflow and platform/engine.',
      {
        path: '^(main|electron|renderer|shared)/',
        pathNot: ['^main/learning/tensorflow/', '^main/platform/engine/'],
      },
      { path: '^node_modules/@tensorflow/' },
    ),
    rule(
      'nothing-unresolved',
      'An import that resolves to nothing escapes every other rule.',
      { path: '^(electron|main|renderer|shared)/' },
      {
        couldNotResolve: true,
        pathNot: ['^@tensorflow/tfjs-node$', '[.]generated[.]ts$', '[?](asset|raw|url)$'],
      },
    ),
    rule(
      'product-never-imports-tests',
      'Fakes stay in test/.',
      { path: '^(electron|main|renderer|shared)/' },
      { path: '^test/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^main/learning/kernel/assembly/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
};

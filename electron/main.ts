/**
 * Entry of the desktop app's main process. No top-level await: Electron's `ready` waits for this module to finish, so
 * awaiting it here would hang.
 */
import path from 'node:path';
import { app } from 'electron';
import { FailureError } from '#shared/failure.ts';
import { realClock } from '../main/platform/clock.ts';
import { defaultHome, inheritedEnvironment, loadConfig } from '../main/platform/config.ts';
import { createFileLog, errorFields } from '../main/platform/log.ts';
import { installBugHandlers } from '../main/platform/processes/lifecycle.ts';
import { startApp } from './desktop/app.ts';
import { explain } from './desktop/dialogs.ts';
import { registerScheme } from './desktop/protocol.ts';

const buildDirectory = path.join(import.meta.dirname, '..');
const config = loadConfig({ defaultHome: defaultHome('bank') });
const log = createFileLog({
  directory: path.join(config.home, 'logs'),
  level: config.logLevel,
  clock: realClock,
});

function stopWith(error: unknown): void {
  log.error('start-failed', errorFields(error));
  const failure =
    error instanceof FailureError ? error : new FailureError('internal', 'Parley could not start');
  explain({ title: failure.message, detail: failure.toFailure().nextStep });
  app.exit(1);
}

installBugHandlers(log);
// one app per store folder, not per machine: Electron keeps the lock beside its own data
app.setPath('userData', path.join(config.home, 'desktop'));
app.enableSandbox();
registerScheme();
if (app.requestSingleInstanceLock()) {
  app
    .whenReady()
    .then(() =>
      startApp({
        buildDirectory,
        resourcesDirectory: path.join(buildDirectory, '..', 'resources'),
        config,
        environment: inheritedEnvironment(),
        log,
      }),
    )
    .catch(stopWith);
} else {
  app.quit();
}

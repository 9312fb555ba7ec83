/** Reads the configuration once: defaults < home/config.json < environment < flags. The only reader of the environment. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { Config } from '#shared/config.ts';
import { FailureError } from '#shared/failure.ts';
import { readFileIfPresent } from './files.ts';
import type { SecretsKey } from './secrets.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variable → key. A flag of the same key wins over it. */
const VARIABLES = {
  PARLEY_HOME: 'home',
  PARLEY_LOG_LEVEL: 'logLevel',
  PARLEY_PORT: 'port',
  PARLEY_THREADS: 'threads',
  PARLEY_PASSPHRASE: 'passphrase',
  PARLEY_PASSPHRASE_FILE: 'passphraseFile',
  ELECTRON_RENDERER_URL: 'rendererUrl',
} as const satisfies Readonly<Record<string, keyof Config>>;

/** Secrets never come as flags: those are seen in process lists and shell histories. */
type FlagKey = Exclude<keyof Config, 'passphrase' | 'home'>;
export type ConfigFlags = Readonly<
  Partial<Record<FlagKey, string | number | undefined>> & { home?: string | undefined }
>;

export interface ConfigSources {
  readonly flags?: ConfigFlags;
  /** Folder under the user's data folder when neither flag nor environment names one. */
  readonly defaultHome?: string;
  readonly environment?: Environment;
}

/** Throws `wrong-usage` naming the key and where its value came from. */
export function loadConfig(sources: ConfigSources = {}): Config {
  const environment = sources.environment ?? process.env;
  const variables = fromEnvironment(environment);
  const flags = withoutUndefined(sources.flags ?? {});
  const home = path.resolve(
    sources.flags?.home ??
      environment['PARLEY_HOME'] ??
      sources.defaultHome ??
      defaultHome('bank', environment),
  );
  const file = fromFile(path.join(home, 'config.json'));
  const parsed = Config.safeParse({ ...file, ...variables, ...flags, home });
  if (parsed.success) return Object.freeze(parsed.data);
  const issue = parsed.error.issues[0];
  const key = issue?.path.map(String).join('.') ?? '';
  throw new FailureError('wrong-usage', `The setting "${key}" is not valid: ${issue?.message ?? ''}`, {
    key,
  });
}

/** Where the operating system keeps a user's application data: one folder for the bank, one for the hub. */
export function defaultHome(name: 'bank' | 'hub' | 'demo', environment: Environment = process.env): string {
  return path.join(userDataFolder(environment), 'parley', name);
}

/** The passphrase as the secrets expect it; a file's first line wins over the environment's value. */
export function secretsKeyOf(config: Pick<Config, 'passphrase' | 'passphraseFile'>): SecretsKey {
  const passphrase =
    config.passphraseFile === undefined ? config.passphrase : firstLine(config.passphraseFile);
  return passphrase === undefined ? { kind: 'none' } : { kind: 'passphrase', passphrase };
}

/** Set in children whose standard input is a pipe from us: its end tells them that we are gone. */
const PARENT_GUARD = 'PARLEY_PARENT_GUARD';

/** The environment of a child process: ours, what the caller adds, and the guard. */
export function guardedEnvironment(extra: Environment): Environment {
  return { ...process.env, ...extra, [PARENT_GUARD]: 'stdin' };
}

/** The environment that this process was started with, to hand on where no guard is needed. */
export function inheritedEnvironment(): Environment {
  return { ...process.env };
}

export function isGuardedByParent(environment: Environment = process.env): boolean {
  return environment[PARENT_GUARD] === 'stdin';
}

function userDataFolder(environment: Environment): string {
  if (process.platform === 'win32')
    return environment['LOCALAPPDATA'] ?? path.join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support');
  return environment['XDG_DATA_HOME'] ?? path.join(homedir(), '.local', 'share');
}

function fromEnvironment(environment: Environment): Readonly<Record<string, unknown>> {
  const entries = Object.entries(VARIABLES).map(([variable, key]) => [key, environment[variable]] as const);
  return withoutUndefined(Object.fromEntries(entries.filter(([, value]) => value !== '')));
}

function withoutUndefined(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function fromFile(file: string): Readonly<Record<string, unknown>> {
  const content = contentOf(file);
  if (content === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(Buffer.from(content).toString('utf8'));
    return Config.partial().parse(parsed);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not readable';
    throw new FailureError('wrong-usage', `${file} is not a valid configuration: ${why}`, { file });
  }
}

function contentOf(file: string): Uint8Array | undefined {
  try {
    return readFileIfPresent(file);
  } catch {
    // a home that is a file, or another user's: whatever the cause, the person has to name another one
    throw new FailureError('file-not-readable', `The folder ${path.dirname(file)} can't be used as --home`, {
      file,
    });
  }
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch {
    // whatever the cause, the person has to make the file readable
    throw new FailureError('file-not-readable', `The passphrase file ${file} can't be read`, { file });
  }
}

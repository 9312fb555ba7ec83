/**
 * Where chance comes from, by construction: no statistic tells a 32-bit generator from a good one in a run's worth of
 * draws, but whoever guesses its seed takes all noise off. So the only maker of a key stream is looked at in the source.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const KEYSTREAM = 'main/platform/engine/keystream.ts';
const CHANCE = 'main/learning/kernel/chance.ts';

/** The product's own source. */
export function productSource(): readonly SourceFile[] {
  return globSync('{main,electron,shared}/**/*.ts', { cwd: ROOT }).map((file) => ({
    path: file.replaceAll(path.sep, '/'),
    text: readFileSync(path.join(ROOT, file), 'utf8'),
  }));
}

/** Every place that could make noise or batches of something else than AES-256-CTR under a fresh key of 48 bytes. */
export function weakSources(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path: file, text }) => [
    ...(file === CHANCE ? [] : callsWithout(text, 'createChance(', 'createChance(aesKeystream(')).map(
      (line) => `${file}: ${line}`,
    ),
    ...(text.includes('Math.random(') ? [`${file}: Math.random`] : []),
    ...(file === KEYSTREAM && !isStrong(text) ? [`${file}: not AES-256-CTR under a fresh key`] : []),
  ]);
}

function callsWithout(text: string, call: string, allowed: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const calls = line.split(call).length - 1;
    return calls > line.split(allowed).length - 1 ? [line.trim()] : [];
  });
}

function isStrong(text: string): boolean {
  return (
    text.includes("createCipheriv('aes-256-ctr'") &&
    text.includes('random.bytes(KEY_BYTES + COUNTER_BYTES)') &&
    text.includes('const KEY_BYTES = 32;')
  );
}

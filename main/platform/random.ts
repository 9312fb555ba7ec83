/** The operating system's random bytes, and the ids made from them. Seeded generators exist in tests only. */
import { randomFillSync } from 'node:crypto';
import { idFromBytes } from '#shared/ids.ts';
import type { z } from 'zod';
import type { Random } from './ports.ts';

export const systemRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};

/** A fresh id, `newId(random, 'rnd', RoundId)`. */
export function newId<S extends z.ZodType>(random: Random, prefix: string, schema: S): z.output<S> {
  return idFromBytes(prefix, schema, random.bytes(26));
}

/**
 * Noise and sampling from a key stream, by the kernel's vector code in a small memory of its own.
 * privacy.md 2e and 2f.2 say what is drawn; assembly/chance.ts draws it.
 */
import { createDiscreteGaussian } from '../dp-sgd/discrete-gaussian.ts';
import type { Keystream } from '../dp-sgd/keystream.ts';
import { chanceInstance } from './instance.ts';

/** Values drawn at once. */
const CHUNK = 4096;
const BYTES_PER_NORMAL = 32;
const BYTES_PER_JUMP = 8;
/** Words drawn at once: the cipher's call costs more than its bytes. */
const WORDS = 256;
const VALUES_AT = CHUNK * BYTES_PER_NORMAL;
const MEMORY_BYTES = VALUES_AT + CHUNK * 8;

export interface Chance {
  /** Fills `target` with standard normals, each a sum of four Box–Muller normals, halved (Opacus' secure_mode). */
  normals(target: Float64Array): void;
  /** Fills `target` with exact discrete Gaussian draws of this whole deviation (dp-sgd/discrete-gaussian.ts). */
  discreteNormals(target: Float64Array, deviation: number): void;
  /** A Poisson batch; see `PoissonBatch`. */
  poissonBatch(batch: PoissonBatch): Uint32Array;
  /** 32 random bits, as an unsigned integer. */
  word(): number;
}

/**
 * True Poisson sampling: every unit is in the batch independently with probability `rate` in (0, 1], which is what the
 * accounting assumes. Shuffled batches would need a far larger ε (Chua et al. 2024, 2403.17673).
 */
export interface PoissonBatch {
  readonly rate: number;
  /** Room for all units; the batch is a view of its start, in rising order, good until the next call. */
  readonly units: Uint32Array;
}

export function createChance(stream: Keystream): Chance {
  const { memory, normals, jumps } = chanceInstance(MEMORY_BYTES);
  const discrete = createDiscreteGaussian(stream);
  const bytes = new Uint8Array(memory.buffer, 0, VALUES_AT);
  const values = new Float64Array(memory.buffer, VALUES_AT, CHUNK);
  /** `count` jumps at the start of `values`; an even number is drawn. */
  const drawJumps = (count: number, logOfMiss: number): void => {
    const drawn = Math.ceil(count / 2) * 2;
    bytes.set(stream.bytes(drawn * BYTES_PER_JUMP));
    jumps(0, VALUES_AT, drawn, logOfMiss);
  };
  return {
    normals: (target) => {
      for (let from = 0; from < target.length; from += CHUNK) {
        const count = Math.min(CHUNK, target.length - from);
        const drawn = Math.ceil(count / 4) * 4;
        bytes.set(stream.bytes(drawn * BYTES_PER_NORMAL));
        normals(0, VALUES_AT, drawn);
        target.set(values.subarray(0, count), from);
      }
    },
    discreteNormals: (target, deviation) => {
      discrete.fill(target, deviation);
    },
    poissonBatch: ({ rate, units }) => {
      const logOfMiss = Math.log1p(-rate);
      let size = 0;
      let unit = -1;
      for (;;) {
        const count = likelyMembers(units.length - unit, rate);
        drawJumps(count, logOfMiss);
        for (let i = 0; i < count; i++) {
          unit += values[i] ?? units.length;
          if (unit >= units.length) return units.subarray(0, size);
          units[size] = unit;
          size++;
        }
      }
    },
    word: wordsOf(stream),
  };
}

function wordsOf(stream: Keystream): () => number {
  let drawn: DataView = new DataView(new ArrayBuffer(0));
  let next = 0;
  return () => {
    if (next === drawn.byteLength) {
      const fresh = stream.bytes(4 * WORDS);
      drawn = new DataView(fresh.buffer, fresh.byteOffset, fresh.byteLength);
      next = 0;
    }
    next += 4;
    return drawn.getUint32(next - 4, true);
  };
}

/** As many jumps as a batch is not likely to need more than: an expectation and four deviations; at most a chunk. */
function likelyMembers(units: number, rate: number): number {
  const expected = units * rate;
  return Math.min(CHUNK, Math.ceil(expected + 4 * Math.sqrt(expected)) + 2);
}

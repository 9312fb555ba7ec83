/** Accounts as the unit: the gradient of each is formed from blocks of its own rows, then clipped as one vector. */
import * as tf from '@tensorflow/tfjs-core';
import { addBlocks, chunkOf, padded } from './chunk.ts';
import { ghostPass } from './gradient-sum.ts';
import type { Running, Terms } from './terms.ts';

/** Short blocks: every account fills its own, so the padding is half a block an account. */
const BLOCK_ROWS = 16;

interface Batch {
  readonly rows: Uint32Array;
  readonly accountEnds: Uint32Array;
}

/** One account's place in a chunk, and its gradient. */
interface Account {
  readonly rows: Uint32Array;
  readonly blocks: number;
  readonly gradient: Float64Array;
}

/** As many accounts a chunk as its rows allow, at least one. */
export function addAccounts(terms: Terms, { rows, accountEnds }: Batch, running: Running): void {
  let chunk: Account[] = [];
  let places = 0;
  const addChunk = (): void => {
    if (places > 0)
      tf.tidy(() => {
        gradientsOf(terms, chunk);
      });
    for (const account of chunk) addClipped(account, terms.limit, running);
    chunk = [];
    places = 0;
  };
  accountEnds.forEach((end, n) => {
    const own = rows.subarray(accountEnds[n - 1] ?? 0, end);
    const blocks = Math.ceil(own.length / BLOCK_ROWS);
    if (chunk.length > 0 && places + blocks * BLOCK_ROWS > terms.setup.chunkRows) addChunk();
    chunk.push({ rows: own, blocks, gradient: new Float64Array(running.sum.length) });
    places += blocks * BLOCK_ROWS;
  });
  addChunk();
}

/** Adds every account's rows to its gradient. */
function gradientsOf({ setup, layers }: Terms, accounts: readonly Account[]): void {
  const places = Uint32Array.from(accounts.flatMap(({ rows }) => [...padded(rows, BLOCK_ROWS)]));
  const pass = ghostPass(setup.network, layers, chunkOf(setup, places, BLOCK_ROWS));
  const gradients = accounts.flatMap(({ blocks, gradient }) =>
    new Array<Float64Array>(blocks).fill(gradient),
  );
  const factors = new Float32Array(places.length).fill(1);
  addBlocks(layers, pass, {
    factors,
    sumOf: (block) => {
      const gradient = gradients[block];
      if (!gradient) throw new RangeError('a block belongs to no account');
      return gradient;
    },
  });
}

/** Adds g·min(1, limit/‖g‖); an account whose gradient is not finite adds nothing at all. */
function addClipped({ rows, gradient }: Account, limit: number, running: Running): void {
  const norm = Math.sqrt(gradient.reduce((total, g) => total + g * g, 0));
  if (!Number.isFinite(norm)) {
    running.nonFiniteRows += rows.length;
    return;
  }
  const isClipped = limit !== 0 && norm > limit;
  const factor = isClipped ? limit / norm : 1;
  if (isClipped) running.clippedUnits++;
  gradient.forEach((g, i) => {
    running.sum[i] = (running.sum[i] ?? 0) + factor * g;
  });
}

/** Rows as the unit: every row clipped by its ghost norm, no gradient formed (privacy.md 2d). */
import * as tf from '@tensorflow/tfjs-core';
import { addBlocks, chunkOf, padded } from './chunk.ts';
import { ghostPass } from './gradient-sum.ts';
import type { Running, Terms } from './terms.ts';

/** Rows whose sums stay in float32: privacy.md 2f.4 allows 64. */
const BLOCK_ROWS = 64;

export function addRows(terms: Terms, rows: Uint32Array, running: Running): void {
  for (let from = 0; from < rows.length; from += terms.setup.chunkRows) {
    const chunk = rows.subarray(from, from + terms.setup.chunkRows);
    tf.tidy(() => {
      addChunk(terms, chunk, running);
    });
  }
}

function addChunk(terms: Terms, rows: Uint32Array, running: Running): void {
  const { setup, layers, limit } = terms;
  const pass = ghostPass(setup.network, layers, chunkOf(setup, padded(rows, BLOCK_ROWS), BLOCK_ROWS));
  const squared = pass.squaredNorms.dataSync();
  const finite = rows.filter((_, i) => Number.isFinite(squared[i]));
  if (finite.length < rows.length) {
    // 0 · NaN = NaN: a bad row must leave the chunk, a factor of zero would not do
    running.nonFiniteRows += rows.length - finite.length;
    if (finite.length > 0) addChunk(terms, finite, running);
    return;
  }
  const factors = clipFactors(squared, limit);
  running.clippedUnits += factors.reduce((count, factor) => count + (factor < 1 ? 1 : 0), 0);
  addBlocks(layers, pass, { factors, sumOf: () => running.sum });
}

/** min(1, limit/‖g‖) of every row; padding has norm 0 and its error terms are 0. */
function clipFactors(squared: ArrayLike<number>, limit: number): Float32Array {
  return Float32Array.from(squared, (square) => {
    const norm = Math.sqrt(square);
    return limit === 0 || norm <= limit ? 1 : limit / norm;
  });
}

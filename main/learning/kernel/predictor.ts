/** Logits of many rows by the kernel, on the caller's thread, in chunks of a small memory of its own. */
import type { Network } from '../model/layers.ts';
import { kernelMemory, kernelThread } from './instance.ts';
import { kernelLayout } from './layout.ts';
import { kernelViews, putFeatures, putWeights } from './memory.ts';

const CHUNK_ROWS = 4096;

export interface Predictor {
  /** Logits (log-odds of fraud), one a row; `features[row · inputs + input]`. */
  logits(features: Float32Array): Float32Array;
}

/** A predictor for one network and one set of weights (flat, model/layers.ts). */
export function createPredictor(network: Network, weights: Float64Array): Predictor {
  const layout = kernelLayout({ network, rows: CHUNK_ROWS, threads: 1, unit: 'row' });
  const memory = kernelMemory(layout);
  const views = kernelViews(memory, layout);
  const [region] = layout.threads;
  if (!region) throw new RangeError('the kernel needs a thread');
  const thread = kernelThread(memory, layout, region);
  putWeights(views, layout, weights);
  const inputs = network.layers[0] ?? 1;
  return {
    logits: (features) => {
      const rows = features.length / inputs;
      const logits = new Float32Array(rows);
      for (let from = 0; from < rows; from += CHUNK_ROWS) {
        const count = Math.min(CHUNK_ROWS, rows - from);
        putFeatures(views, layout, { features, from, count });
        thread.predict(count);
        logits.set(views.logits.subarray(0, count), from);
      }
      return logits;
    },
  };
}

/** 1/(1+exp(−z)). */
export function probability(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

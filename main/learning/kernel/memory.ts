/** Typed views of the kernel's memory: puts weights, rows and labels in, takes the sum out. */
import type { TrainingSet } from '../engine.ts';
import type { KernelLayout, PaddedLayer } from './layout.ts';

// words of a thread's table that the kernel counts in (assembly/table.ts)
const NON_FINITE = 8;
const CLIPPED = 9;

export interface KernelViews {
  readonly weights: Float32Array;
  readonly total: Float64Array;
  readonly rowNumbers: Uint32Array;
  readonly accountEnds: Uint32Array;
  readonly logits: Float32Array;
  readonly labels: Uint8Array;
  readonly features: Float32Array;
  /** One a thread. */
  readonly tables: readonly Uint32Array[];
}

export function kernelViews(memory: WebAssembly.Memory, layout: KernelLayout): KernelViews {
  const { buffer } = memory;
  return {
    weights: new Float32Array(buffer, layout.weights, layout.parameters),
    total: new Float64Array(buffer, layout.total, layout.parameters),
    rowNumbers: new Uint32Array(buffer, layout.rowNumbers, layout.rows),
    accountEnds: new Uint32Array(buffer, layout.accountEnds, layout.unit === 'account' ? layout.rows : 0),
    logits: new Float32Array(buffer, layout.rowNumbers, layout.rows),
    labels: new Uint8Array(buffer, layout.labels, layout.rows),
    features: new Float32Array(buffer, layout.features, layout.rows * layout.featureStride),
    tables: layout.threads.map(({ table }) => new Uint32Array(buffer, table, CLIPPED + 1)),
  };
}

/** Copies rows [from, from + count) of unpadded features to the front of the feature region. */
export function putFeatures(
  views: KernelViews,
  layout: KernelLayout,
  {
    features,
    from,
    count,
  }: { readonly features: Float32Array; readonly from: number; readonly count: number },
): void {
  const inputs = layout.layers[0]?.inputs ?? 0;
  const stride = layout.featureStride;
  for (let row = 0; row < count; row++) {
    const source = (from + row) * inputs;
    for (let i = 0; i < inputs; i++) views.features[row * stride + i] = features[source + i] ?? Number.NaN;
  }
}

export function putTrainingSet(views: KernelViews, layout: KernelLayout, data: TrainingSet): void {
  putFeatures(views, layout, { features: data.features, from: 0, count: data.labels.length });
  views.labels.set(data.labels);
}

/** @throws RangeError for a row that the training set does not have: the kernel itself checks nothing. */
export function putRowNumbers(views: KernelViews, rows: Uint32Array): void {
  const held = views.labels.length;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? held;
    if (row >= held) throw new RangeError(`row ${String(row)} of ${String(held)}`);
    views.rowNumbers[i] = row;
  }
}

/** Units that all threads clipped and rows that they left out since the last call. */
export function takeCounts(views: KernelViews): {
  readonly clippedUnits: number;
  readonly nonFiniteRows: number;
} {
  let clippedUnits = 0;
  let nonFiniteRows = 0;
  for (const table of views.tables) {
    clippedUnits += table[CLIPPED] ?? 0;
    nonFiniteRows += table[NON_FINITE] ?? 0;
    table.fill(0, NON_FINITE, CLIPPED + 1);
  }
  return { clippedUnits, nonFiniteRows };
}

/** Flat parameters to padded ones, rounded to float32. */
export function putWeights(views: KernelViews, layout: KernelLayout, flat: Float64Array): void {
  for (const layer of layout.layers) {
    eachRun(layer, (from, to, count) => {
      for (let i = 0; i < count; i++) views.weights[to + i] = flat[from + i] ?? Number.NaN;
    });
  }
}

/** The padded total as a new flat vector. */
export function takeTotal(views: KernelViews, layout: KernelLayout, length: number): Float64Array {
  const flat = new Float64Array(length);
  for (const layer of layout.layers) {
    eachRun(layer, (to, from, count) => {
      for (let i = 0; i < count; i++) flat[to + i] = views.total[from + i] ?? Number.NaN;
    });
  }
  return flat;
}

/** Contiguous runs of one layer: every row of W, then b. */
function eachRun(layer: PaddedLayer, visit: (flat: number, padded: number, count: number) => void): void {
  const { inputs, outputs, stride, flat, padded } = layer;
  for (let i = 0; i < inputs; i++) visit(flat.weights + i * outputs, padded.weights + i * stride, outputs);
  visit(flat.biases, padded.biases, outputs);
}

/**
 * Where everything stands in the kernel's shared memory. The table words are those of kernel/assembly/table.ts.
 * Hidden layers are padded to 16 outputs, inputs to 4 floats, with zeros: padding never changes a result.
 */
import type { ClippedUnit } from '../engine.ts';
import type { Network } from '../model/layers.ts';
import { layerSegments } from '../model/layers.ts';

/** Parts of a batch that threads claim one by one. Fixed, so that the order of additions never depends on the threads. */
export const LANES = 16;
/** Units of a block, whose sum stays in float32: 64 rows (assembly/index.ts BLOCK), or the rows of one account. */
export const BLOCK_UNITS: Readonly<Record<ClippedUnit, number>> = { row: 64, account: 1 };

const OUTPUT_PADDING = 16;
const INPUT_PADDING = 4;
const ALIGNMENT = 64;
/** Threads write to pages of their own: no false sharing. */
const THREAD_ALIGNMENT = 4096;

export interface PaddedLayer {
  readonly inputs: number;
  readonly paddedInputs: number;
  readonly outputs: number;
  readonly stride: number;
  /** First float of W and b in the padded parameter vector, and in the flat vector of the model. */
  readonly padded: { readonly weights: number; readonly biases: number };
  readonly flat: { readonly weights: number; readonly biases: number };
}

export interface KernelLayout {
  readonly layers: readonly PaddedLayer[];
  readonly activation: number;
  readonly unit: ClippedUnit;
  readonly rows: number;
  /** Floats of one padded row of features. */
  readonly featureStride: number;
  /** Floats of the padded parameter vector. */
  readonly parameters: number;
  /** Byte offsets. */
  readonly control: number;
  readonly threads: readonly ThreadRegion[];
  readonly weights: number;
  readonly lanes: number;
  readonly total: number;
  readonly rowNumbers: number;
  /** Room for one end a row; none where rows are the unit. */
  readonly accountEnds: number;
  readonly labels: number;
  readonly features: number;
  readonly bytes: number;
}

/** One thread's own bytes. */
export interface ThreadRegion {
  readonly table: number;
  readonly zeroRow: number;
  readonly sums: number;
  /** One a layer: outputs and error terms of two rows. */
  readonly vectors: readonly LayerVectors[];
}

export interface LayerVectors {
  readonly outputs: readonly [number, number];
  readonly deltas: readonly [number, number];
}

function padded(count: number, to: number): number {
  return Math.ceil(count / to) * to;
}

/** Hands out aligned byte ranges one after another. */
function allocator(): (bytes: number, alignment?: number) => number {
  let next = 0;
  return (bytes, alignment = ALIGNMENT) => {
    const at = padded(next, alignment);
    next = at + bytes;
    return at;
  };
}

function paddedLayers(layers: readonly number[]): readonly PaddedLayer[] {
  const segments = layerSegments(layers);
  let offset = 0;
  return segments.map((segment, index) => {
    const isLast = index === segments.length - 1;
    const paddedInputs = padded(segment.inputs, index === 0 ? INPUT_PADDING : OUTPUT_PADDING);
    const stride = isLast ? 1 : padded(segment.outputs, OUTPUT_PADDING);
    const weights = offset;
    const biases = weights + paddedInputs * stride;
    offset = biases + padded(stride, INPUT_PADDING);
    const flat = { weights: segment.weights, biases: segment.biases };
    return { ...segment, paddedInputs, stride, padded: { weights, biases }, flat };
  });
}

function threadRegion(
  allocate: (bytes: number, alignment?: number) => number,
  layers: readonly PaddedLayer[],
  parameters: number,
): ThreadRegion {
  const table = allocate(64 + 64 * layers.length, THREAD_ALIGNMENT);
  const zeroRow = allocate(4 * (layers[0]?.paddedInputs ?? 0));
  const vectors = layers.map(({ stride }): LayerVectors => {
    const vector = (): number => allocate(4 * padded(stride, INPUT_PADDING), INPUT_PADDING * 4);
    return { outputs: [vector(), vector()], deltas: [vector(), vector()] };
  });
  return { table, zeroRow, vectors, sums: allocate(4 * parameters) };
}

export interface LayoutOptions {
  readonly network: Network;
  /** Most rows held at once. */
  readonly rows: number;
  readonly threads: number;
  readonly unit: ClippedUnit;
}

export function kernelLayout({ network, rows, threads, unit }: LayoutOptions): KernelLayout {
  const layers = paddedLayers(network.layers);
  const last = layers.at(-1);
  const parameters = (last?.padded.biases ?? 0) + INPUT_PADDING;
  const featureStride = layers[0]?.paddedInputs ?? 0;
  const allocate = allocator();
  const control = allocate(THREAD_ALIGNMENT);
  const regions = Array.from({ length: threads }, () => threadRegion(allocate, layers, parameters));
  const weights = allocate(4 * parameters, THREAD_ALIGNMENT);
  const lanes = allocate(8 * parameters * LANES, THREAD_ALIGNMENT);
  const total = allocate(8 * parameters);
  const rowNumbers = allocate(4 * rows, THREAD_ALIGNMENT);
  const accountEnds = allocate(unit === 'account' ? 4 * rows : 0, THREAD_ALIGNMENT);
  const labels = allocate(rows, THREAD_ALIGNMENT);
  const features = allocate(4 * featureStride * rows, THREAD_ALIGNMENT);
  const bytes = allocate(0);
  const activation = network.activation === 'tanh' ? 0 : 1;
  const batch = { rowNumbers, accountEnds, labels, features };
  const offsets = { control, threads: regions, weights, lanes, total, ...batch, bytes };
  return { layers, activation, unit, rows, featureStride, parameters, ...offsets };
}

/** The 32-bit words of one thread's table, to be written at `thread.table`. */
export function tableWords(layout: KernelLayout, thread: ThreadRegion): readonly number[] {
  const head = [
    layout.layers.length,
    layout.activation,
    layout.features,
    4 * layout.featureStride,
    layout.labels,
    thread.sums,
    4 * layout.parameters,
    thread.zeroRow,
  ];
  const words = [...head, ...new Array<number>(16 - head.length).fill(0)];
  layout.layers.forEach((layer, index) => words.push(...layerWords(layout, thread, { layer, index })));
  return words;
}

function layerWords(
  layout: KernelLayout,
  thread: ThreadRegion,
  { layer, index }: { readonly layer: PaddedLayer; readonly index: number },
): readonly number[] {
  const vectors = thread.vectors[index];
  const words = [
    layer.inputs,
    4 * layer.paddedInputs,
    4 * padded(layer.stride, INPUT_PADDING),
    layout.weights + 4 * layer.padded.weights,
    layout.weights + 4 * layer.padded.biases,
    thread.sums + 4 * layer.padded.weights,
    thread.sums + 4 * layer.padded.biases,
    ...(vectors?.outputs ?? []),
    ...(vectors?.deltas ?? []),
  ];
  return [...words, ...new Array<number>(16 - words.length).fill(0)];
}

/** What is shared out among the threads: `count` units of one kind. */
export interface UnitBatch {
  readonly unit: ClippedUnit;
  readonly count: number;
}

/** Lanes of a batch: LANES, or fewer where there are fewer blocks; at least one. */
export function laneCount({ unit, count }: UnitBatch): number {
  return Math.max(1, Math.min(LANES, Math.ceil(count / BLOCK_UNITS[unit])));
}

/** Half-open range of the batch's units that lane `lane` adds up: whole blocks, as even as can be. */
export function laneRange(batch: UnitBatch, lane: number): { readonly from: number; readonly to: number } {
  const block = BLOCK_UNITS[batch.unit];
  const blocks = Math.ceil(batch.count / block);
  const lanes = laneCount(batch);
  const edge = (l: number): number => Math.min(batch.count, Math.floor((l * blocks) / lanes) * block);
  return { from: edge(lane), to: edge(lane + 1) };
}

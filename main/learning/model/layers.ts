/**
 * The shape of the charter's network and the order of its parameters in one flat vector:
 * layer by layer, first W with W[input · outputs + output], then b.
 */

export type Activation = 'tanh' | 'relu';

/** Logistic output, sum of unweighted cross-entropy; `layers` as the charter has them, `[21, 64, 32, 1]`. */
export interface Network {
  readonly layers: readonly number[];
  readonly activation: Activation;
}

/** One layer of weights and where its parameters stand in the flat vector. */
export interface LayerSegment {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: number;
  readonly biases: number;
}

export function layerSegments(layers: readonly number[]): readonly LayerSegment[] {
  const segments: LayerSegment[] = [];
  let offset = 0;
  let inputs = layers[0] ?? 0;
  for (const outputs of layers.slice(1)) {
    segments.push({ inputs, outputs, weights: offset, biases: offset + inputs * outputs });
    offset += (inputs + 1) * outputs;
    inputs = outputs;
  }
  return segments;
}

export function parameterCount(layers: readonly number[]): number {
  return layerSegments(layers).reduce((total, { inputs, outputs }) => total + (inputs + 1) * outputs, 0);
}

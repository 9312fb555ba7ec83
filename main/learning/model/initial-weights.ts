/** The first model of a run, w₀, which every bank and the hub compute for themselves from the charter's public seed. */
import { layerSegments, parameterCount } from './layers.ts';
import { publicNormal, publicRandom } from './public-random.ts';

export interface InitialWeightsOptions {
  readonly layers: readonly number[];
  /** 32 bits, public. */
  readonly seed: number;
  /** Log-odds of the agreed base rate; the bias of the one output. */
  readonly outputBias: number;
}

/** Weights N(0, 1/inputs) in the order of the flat vector, biases 0 but the last; the same bits on every machine. */
export function initialWeights({ layers, seed, outputBias }: InitialWeightsOptions): Float64Array {
  const parameters = new Float64Array(parameterCount(layers));
  const random = publicRandom(seed);
  for (const { inputs, outputs, weights } of layerSegments(layers)) {
    const deviation = 1 / Math.sqrt(inputs);
    for (let i = 0; i < inputs * outputs; i++) parameters[weights + i] = publicNormal(random) * deviation;
  }
  parameters[parameters.length - 1] = outputBias;
  return parameters;
}

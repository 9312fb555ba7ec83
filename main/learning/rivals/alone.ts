/** Trains a rival on the rows of one or several parties: what each could do without the federation, or all without privacy. */
import type { ModelSpec } from '#shared/round/charter.ts';
import type { EngineSetup, GradientEngine, TrainingSet } from '../engine.ts';
import { referenceRival, trainRival } from './adam.ts';

export interface AloneOptions {
  readonly kind: 'pooled' | 'local';
  /** One part a party; their rows stand one after another. */
  readonly parts: readonly TrainingSet[];
  readonly model: ModelSpec;
  readonly openEngine: (setup: EngineSetup) => GradientEngine;
  readonly onEpoch?: (done: number) => void;
}

/** Flat weights (model/layers.ts) after the published plan of the comparison. */
export function trainAlone({ kind, parts, model, openEngine, onEpoch }: AloneOptions): Float64Array {
  const { layers, activation } = model;
  const data = joined(parts);
  const engine = openEngine({ network: { layers, activation }, data, unit: 'row' });
  try {
    const setting = { model, rows: data.labels.length, seed: model.seed };
    return trainRival(
      engine,
      referenceRival(kind, onEpoch === undefined ? setting : { ...setting, onEpoch }),
    );
  } finally {
    engine.close();
  }
}

function joined(parts: readonly TrainingSet[]): TrainingSet {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const total = (lengthOf: (part: TrainingSet) => number): number =>
    parts.reduce((sum, part) => sum + lengthOf(part), 0);
  const features = new Float32Array(total((part) => part.features.length));
  const labels = new Uint8Array(total((part) => part.labels.length));
  let row = 0;
  let number = 0;
  for (const part of parts) {
    features.set(part.features, number);
    labels.set(part.labels, row);
    number += part.features.length;
    row += part.labels.length;
  }
  return { features, labels };
}

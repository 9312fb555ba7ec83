/** A gradient engine over one TensorFlow.js backend, which main/platform/engine has loaded and initialised. */
import * as tf from '@tensorflow/tfjs-core';
import type { GradientEngine, GradientRequest, GradientSum } from '../engine.ts';
import { clipLimit, requireUnit, requireWidth } from '../engine.ts';
import { parameterCount } from '../model/layers.ts';
import { addAccounts } from './account-sums.ts';
import { layerTensors } from './gradient-sum.ts';
import { addRows } from './row-sums.ts';
import type { Running, TensorflowSetup } from './terms.ts';

export function createTensorflowEngine(setup: TensorflowSetup): GradientEngine {
  requireWidth(setup);
  return {
    gradientSum: (request) => gradientSum(setup, request),
    close: () => undefined,
  };
}

function gradientSum(setup: TensorflowSetup, request: GradientRequest): GradientSum {
  requireUnit(setup.unit, request);
  // at once for a backend that was initialised before
  if (tf.getBackend() !== setup.backend) void tf.setBackend(setup.backend);
  const { weights, rows, accountEnds, clippingNorm } = request;
  const sum = new Float64Array(parameterCount(setup.network.layers));
  const running: Running = { sum, clippedUnits: 0, nonFiniteRows: 0 };
  tf.tidy(() => {
    const terms = { setup, layers: layerTensors(setup.network, weights), limit: clipLimit(clippingNorm) };
    if (accountEnds) addAccounts(terms, { rows, accountEnds }, running);
    else addRows(terms, rows, running);
  });
  request.meanwhile?.();
  return running;
}

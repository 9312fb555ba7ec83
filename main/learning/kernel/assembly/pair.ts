/** Two rows in hand: their passes, and what both units of privacy do with them. */
import { logistic } from './activation';
import { backward } from './backward';
import { forward } from './forward';
import * as T from './table';

// @ts-ignore: decorator
@inline
export function featuresOf(table: usize, row: u32): usize {
  return <usize>load<u32>(table, T.FEATURES) + <usize>row * <usize>load<u32>(table, T.FEATURE_STRIDE);
}

function setOutputError(table: usize, row: u32, output: usize, delta: usize): void {
  const layer = T.layerAt(table, load<u32>(table, T.WEIGHT_LAYERS) - 1);
  const z = load<f32>(<usize>load<u32>(layer + output));
  const label = <f64>load<u8>(<usize>load<u32>(table, T.LABELS) + <usize>row);
  store<f32>(<usize>load<u32>(layer + delta), <f32>(logistic(<f64>z) - label));
}

/** Outputs and error terms of both rows, left in the table. */
export function passPair(table: usize, first: u32, second: u32): void {
  forward(table, featuresOf(table, first), featuresOf(table, second));
  setOutputError(table, first, T.OUTPUT_0, T.DELTA_0);
  setOutputError(table, second, T.OUTPUT_1, T.DELTA_1);
  backward(table);
}

/** Zeroes what the row left in the hidden layers: a zero clip factor alone would give 0 · NaN = NaN. */
export function zeroRow(table: usize, output: usize, delta: usize): void {
  const layers = load<u32>(table, T.WEIGHT_LAYERS);
  for (let l: u32 = 0; l < layers; l++) {
    const layer = T.layerAt(table, l);
    const bytes = <usize>load<u32>(layer, T.STRIDE);
    memory.fill(<usize>load<u32>(layer + output), 0, bytes);
    memory.fill(<usize>load<u32>(layer + delta), 0, bytes);
  }
}

// @ts-ignore: decorator
@inline
export function count(table: usize, counter: usize, more: u32): void {
  store<u32>(table + counter, load<u32>(table + counter) + more);
}

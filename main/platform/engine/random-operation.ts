/** The part of the self-test that is about TensorFlow.js alone; apart, so that the kernel is tested without loading it. */
import * as tf from '@tensorflow/tfjs-core';

/** TensorFlow.js' random operation on the backend in use: leak tests draw from it. */
export function randomOperationFails(): string | null {
  const drawn = tf.randomNormal([4096], 0, 1, 'float32', 11);
  const values = Float64Array.from(drawn.dataSync());
  drawn.dispose();
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
  return Math.abs(mean) < 0.1 && Math.abs(variance - 1) < 0.15
    ? null
    : 'Its random operation does not draw normals';
}

/** @tensorflow/tfjs-node is an optional dependency: where its install script failed it is absent, types included. */
declare module '@tensorflow/tfjs-node' {
  export * from '@tensorflow/tfjs-core';
}

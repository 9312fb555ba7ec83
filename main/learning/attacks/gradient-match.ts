/**
 * How well a guessed batch explains a gradient, 1 − cos(∇loss(x), g), and the exact slope of that by x: a gradient of a
 * gradient. For one layered network it is one forward tangent and one backward pass (Pearlmutter 1994, "Fast exact
 * multiplication by the Hessian"), written out here; no library's automatic differentiation has to be trusted.
 */
import { type LayerSegment, layerSegments, type Network } from '../model/layers.ts';

export interface MatchProblem {
  readonly network: Network;
  /** The public model at which the gradient was taken. */
  readonly weights: Float64Array;
  /** g; only its direction counts. */
  readonly target: Float64Array;
  /** The label of each guessed row, 1 for fraud. */
  readonly labels: Uint8Array;
}

export interface GradientMatch {
  /** 1 − cos at the guess, inputs[row · width + input]; writes its gradient by the inputs into `slope`. */
  evaluate(inputs: Float64Array, slope: Float64Array): number;
}

/** One row's values on the way through the network. Mutable buffers, local to one match. */
interface Trace {
  /** Inputs of each layer. */
  readonly activations: readonly Float64Array[];
  /** ∂loss/∂z of each layer's outputs, and Wᵀδ below each layer. */
  readonly deltas: readonly Float64Array[];
  readonly below: readonly Float64Array[];
  /** Directional derivative of z along v, and the adjoint of z. */
  readonly tangents: readonly Float64Array[];
  readonly adjoints: readonly Float64Array[];
}

export function createGradientMatch({ network, weights, target, labels }: MatchProblem): GradientMatch {
  const segments = layerSegments(network.layers);
  const width = network.layers[0] ?? 0;
  const traces = Array.from(labels, () => emptyTrace(segments));
  const gradient = new Float64Array(weights.length);
  const direction = new Float64Array(weights.length);
  const pass = { network, segments, weights };
  return {
    evaluate: (inputs, slope) => {
      gradient.fill(0);
      traces.forEach((trace, row) => {
        trace.activations[0]?.set(inputs.subarray(row * width, (row + 1) * width));
        forward(pass, trace);
        backward(pass, trace, labels[row] ?? 0);
        addGradient(gradient, segments, trace);
      });
      const objective = awayFromTarget(direction, gradient, target);
      traces.forEach((trace, row) => {
        tangent(pass, trace, direction);
        adjoint(pass, trace, { direction, slope: slope.subarray(row * width, (row + 1) * width) });
      });
      return objective;
    },
  };
}

interface Pass {
  readonly network: Network;
  readonly segments: readonly LayerSegment[];
  readonly weights: Float64Array;
}

function emptyTrace(segments: readonly LayerSegment[]): Trace {
  const ofInputs = (): readonly Float64Array[] => segments.map(({ inputs }) => new Float64Array(inputs));
  const ofOutputs = (): readonly Float64Array[] => segments.map(({ outputs }) => new Float64Array(outputs));
  return {
    activations: [...ofInputs(), new Float64Array(1)],
    deltas: ofOutputs(),
    below: ofInputs(),
    tangents: ofOutputs(),
    adjoints: ofOutputs(),
  };
}

const NOTHING = new Float64Array();
const part = (parts: readonly Float64Array[], index: number): Float64Array => parts[index] ?? NOTHING;

/** Inputs of every layer; the logit stands in the last buffer. */
function forward({ network, segments, weights }: Pass, { activations }: Trace): void {
  segments.forEach((segment, layer) => {
    const out = part(activations, layer + 1);
    out.set(weights.subarray(segment.biases, segment.biases + segment.outputs));
    addProduct(out, { flat: weights, segment, input: part(activations, layer) });
    if (layer === segments.length - 1) return;
    for (let o = 0; o < out.length; o++) {
      const z = out[o] ?? 0;
      out[o] = network.activation === 'tanh' ? Math.tanh(z) : Math.max(z, 0);
    }
  });
}

function backward({ network, segments, weights }: Pass, trace: Trace, label: number): void {
  const { activations, deltas, below } = trace;
  const last = segments.length - 1;
  part(deltas, last)[0] = sigmoid(part(activations, last + 1)[0] ?? 0) - label;
  for (let layer = last; layer > 0; layer--) {
    const segment = segments[layer];
    if (segment === undefined) return;
    const under = part(below, layer).fill(0);
    addTransposed(under, { flat: weights, segment, input: part(deltas, layer) });
    const a = part(activations, layer);
    const delta = part(deltas, layer - 1);
    for (let i = 0; i < a.length; i++) delta[i] = (under[i] ?? 0) * slopeAt(a[i] ?? 0, network);
  }
}

function addGradient(gradient: Float64Array, segments: readonly LayerSegment[], trace: Trace): void {
  segments.forEach(({ inputs, outputs, weights, biases }, layer) => {
    const a = part(trace.activations, layer);
    const delta = part(trace.deltas, layer);
    for (let o = 0; o < outputs; o++) gradient[biases + o] = (gradient[biases + o] ?? 0) + (delta[o] ?? 0);
    for (let i = 0, at = weights; i < inputs; i++) {
      const value = a[i] ?? 0;
      for (let o = 0; o < outputs; o++, at++) gradient[at] = (gradient[at] ?? 0) + value * (delta[o] ?? 0);
    }
  });
}

/** 1 − cos(G, g), and its gradient by G into `direction`: −(g/(‖G‖‖g‖) − cos·G/‖G‖²). */
function awayFromTarget(direction: Float64Array, gradient: Float64Array, target: Float64Array): number {
  let dot = 0;
  let own = 0;
  let other = 0;
  for (let i = 0; i < gradient.length; i++) {
    const a = gradient[i] ?? 0;
    const b = target[i] ?? 0;
    dot += a * b;
    own += a * a;
    other += b * b;
  }
  const norms = Math.sqrt(own * other);
  if (norms === 0) {
    direction.fill(0);
    return 1;
  }
  const cosine = dot / norms;
  for (let i = 0; i < gradient.length; i++)
    direction[i] = (cosine * (gradient[i] ?? 0)) / own - (target[i] ?? 0) / norms;
  return 1 - cosine;
}

/** Directional derivatives along the parameters' direction v: ż = W·ȧ + V·a + c. */
function tangent({ network, segments, weights }: Pass, trace: Trace, direction: Float64Array): void {
  const { activations, tangents } = trace;
  let moved: Float64Array = NOTHING;
  segments.forEach((segment, layer) => {
    const z = part(tangents, layer);
    z.set(direction.subarray(segment.biases, segment.biases + segment.outputs));
    addProduct(z, { flat: direction, segment, input: part(activations, layer) });
    if (layer > 0) addProduct(z, { flat: weights, segment, input: moved });
    const next = part(activations, layer + 1);
    moved = z.map((value, o) => value * slopeAt(next[o] ?? 0, network));
  });
}

/** The reverse of both passes at once, down to the inputs: what ⟨∇loss(x), v⟩ changes by when x does. */
function adjoint(
  { network, segments, weights }: Pass,
  { activations, deltas, below, tangents, adjoints }: Trace,
  { direction, slope }: { readonly direction: Float64Array; readonly slope: Float64Array },
): void {
  const last = segments.length - 1;
  const p = sigmoid(part(activations, last + 1)[0] ?? 0);
  part(adjoints, last)[0] = p * (1 - p) * (part(tangents, last)[0] ?? 0);
  for (let layer = last; layer >= 0; layer--) {
    const segment = segments[layer];
    if (segment === undefined) return;
    const under = layer === 0 ? slope.fill(0) : new Float64Array(segment.inputs);
    addTransposed(under, { flat: weights, segment, input: part(adjoints, layer) });
    addTransposed(under, { flat: direction, segment, input: part(deltas, layer) });
    if (layer === 0) return;
    const a = part(activations, layer);
    const moved = part(tangents, layer - 1);
    const error = part(below, layer);
    const out = part(adjoints, layer - 1);
    for (let i = 0; i < a.length; i++)
      out[i] =
        slopeAt(a[i] ?? 0, network) * (under[i] ?? 0) +
        bendAt(a[i] ?? 0, network) * (moved[i] ?? 0) * (error[i] ?? 0);
  }
}

interface Product {
  readonly flat: Float64Array;
  readonly segment: LayerSegment;
  readonly input: Float64Array;
}

/** out[o] += Σ_i input[i] · W[i, o]. */
function addProduct(out: Float64Array, { flat, segment: { outputs, weights }, input }: Product): void {
  for (let i = 0, at = weights; i < input.length; i++) {
    const value = input[i] ?? 0;
    for (let o = 0; o < outputs; o++, at++) out[o] = (out[o] ?? 0) + value * (flat[at] ?? 0);
  }
}

/** out[i] += Σ_o input[o] · W[i, o]. */
function addTransposed(out: Float64Array, { flat, segment: { outputs, weights }, input }: Product): void {
  for (let i = 0, at = weights; i < out.length; i++) {
    let sum = 0;
    for (let o = 0; o < outputs; o++, at++) sum += (input[o] ?? 0) * (flat[at] ?? 0);
    out[i] = (out[i] ?? 0) + sum;
  }
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** s′ and s″ at z, from a = s(z). */
function slopeAt(a: number, { activation }: Network): number {
  if (activation === 'tanh') return 1 - a * a;
  return a > 0 ? 1 : 0;
}

function bendAt(a: number, { activation }: Network): number {
  return activation === 'tanh' ? -2 * a * (1 - a * a) : 0;
}

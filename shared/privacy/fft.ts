/**
 * Fast Fourier transform of power-of-two length for convolutions: forward leaves the spectrum in bit-reversed
 * order and inverse takes it so, since products don't care for order and the shuffles are saved.
 */

/** A complex vector as two arrays of one length; the transforms work in place. */
export interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A pure table kept between calls: entry m + j is e^(−iπj/m), for m = 1, 2, 4, … and j < m. It only grows. */
let rootsOfUnity: ComplexVector = tabulateRoots(2);

function tabulateRoots(length: number): ComplexVector {
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  for (let m = 1; m < length; m *= 2) {
    for (let j = 0; j < m; j++) {
      re[m + j] = Math.cos((Math.PI * j) / m);
      im[m + j] = -Math.sin((Math.PI * j) / m);
    }
  }
  return { re, im };
}

function rootsFor(length: number): ComplexVector {
  if (length < 2 || (length & (length - 1)) !== 0)
    throw new RangeError(`length ${String(length)} is not a power of two`);
  if (rootsOfUnity.re.length < length) rootsOfUnity = tabulateRoots(length);
  return rootsOfUnity;
}

/** Natural order in, bit-reversed spectrum out (decimation in frequency). */
export function forwardTransform({ re, im }: ComplexVector): void {
  const roots = rootsFor(re.length);
  for (let half = re.length / 2; half >= 1; half /= 2) {
    for (let start = 0; start < re.length; start += 2 * half) {
      for (let j = 0; j < half; j++) {
        const a = start + j;
        const b = a + half;
        const wr = roots.re[half + j] ?? 0;
        const wi = roots.im[half + j] ?? 0;
        const differenceRe = (re[a] ?? 0) - (re[b] ?? 0);
        const differenceIm = (im[a] ?? 0) - (im[b] ?? 0);
        re[a] = (re[a] ?? 0) + (re[b] ?? 0);
        im[a] = (im[a] ?? 0) + (im[b] ?? 0);
        re[b] = differenceRe * wr - differenceIm * wi;
        im[b] = differenceRe * wi + differenceIm * wr;
      }
    }
  }
}

/** Bit-reversed spectrum in, natural order out (decimation in time), scaled by 1/length. */
export function inverseTransform({ re, im }: ComplexVector): void {
  const roots = rootsFor(re.length);
  for (let half = 1; half < re.length; half *= 2) {
    for (let start = 0; start < re.length; start += 2 * half) {
      for (let j = 0; j < half; j++) {
        const a = start + j;
        const b = a + half;
        const wr = roots.re[half + j] ?? 0;
        const wi = -(roots.im[half + j] ?? 0);
        const turnedRe = (re[b] ?? 0) * wr - (im[b] ?? 0) * wi;
        const turnedIm = (re[b] ?? 0) * wi + (im[b] ?? 0) * wr;
        re[b] = (re[a] ?? 0) - turnedRe;
        im[b] = (im[a] ?? 0) - turnedIm;
        re[a] = (re[a] ?? 0) + turnedRe;
        im[a] = (im[a] ?? 0) + turnedIm;
      }
    }
  }
  const scale = 1 / re.length;
  for (let i = 0; i < re.length; i++) {
    re[i] = (re[i] ?? 0) * scale;
    im[i] = (im[i] ?? 0) * scale;
  }
}

/** Two real sequences packed as one complex vector have these spectra: half of each, the rest is its conjugate. */
export interface SpectrumPair {
  readonly first: ComplexVector;
  readonly second: ComplexVector;
}

/**
 * Takes apart the bit-reversed spectrum Z of first + i·second: F_k = (Z_k + conj Z_−k)/2, S_k = (Z_k − conj Z_−k)/2i.
 * In bit-reversed order −k lies mirrored within the block [m, 2m) of k, so half of each block is enough:
 * the result holds N/2 + 1 coefficients of each sequence, in the order in which `packSpectra` expects them.
 */
export function unpackSpectra(packed: ComplexVector): SpectrumPair {
  const first = complexVector(packed.re.length / 2 + 1);
  const second = complexVector(packed.re.length / 2 + 1);
  eachMirroredPair(packed.re.length, (k, mirror, slot) => {
    const re = packed.re[k] ?? 0;
    const im = packed.im[k] ?? 0;
    const mirrorRe = packed.re[mirror] ?? 0;
    const mirrorIm = packed.im[mirror] ?? 0;
    first.re[slot] = (re + mirrorRe) / 2;
    first.im[slot] = (im - mirrorIm) / 2;
    second.re[slot] = (im + mirrorIm) / 2;
    second.im[slot] = (mirrorRe - re) / 2;
  });
  return { first, second };
}

/** The inverse of `unpackSpectra`: the bit-reversed spectrum of first + i·second, of the given length. */
export function packSpectra({ first, second }: SpectrumPair, length: number): ComplexVector {
  const packed = complexVector(length);
  eachMirroredPair(length, (k, mirror, slot) => {
    const firstRe = first.re[slot] ?? 0;
    const firstIm = first.im[slot] ?? 0;
    const secondRe = second.re[slot] ?? 0;
    const secondIm = second.im[slot] ?? 0;
    packed.re[mirror] = firstRe + secondIm;
    packed.im[mirror] = secondRe - firstIm;
    packed.re[k] = firstRe - secondIm;
    packed.im[k] = firstIm + secondRe;
  });
  return packed;
}

function eachMirroredPair(length: number, visit: (k: number, mirror: number, slot: number) => void): void {
  visit(0, 0, 0);
  visit(1, 1, 1);
  let slot = 2;
  for (let block = 2; block < length; block *= 2) {
    for (let k = block; k < block + block / 2; k++) visit(k, 3 * block - 1 - k, slot++);
  }
}

export function complexVector(length: number): ComplexVector {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

/** Each coefficient to a whole power, in polar form, in place: the spectrum of a sequence convolved with itself. */
export function raiseSpectrum({ re, im }: ComplexVector, power: number): void {
  if (power === 1) return;
  // e^(−100) of a spectrum whose largest value is 1 is far below the rounding of the transform.
  const negligible = Math.exp(-200 / power);
  for (let i = 0; i < re.length; i++) {
    const x = re[i] ?? 0;
    const y = im[i] ?? 0;
    const squared = x * x + y * y;
    if (squared < negligible) {
      re[i] = 0;
      im[i] = 0;
      continue;
    }
    const modulus = Math.exp(power * 0.5 * Math.log(squared));
    const angle = power * Math.atan2(y, x);
    re[i] = modulus * Math.cos(angle);
    im[i] = modulus * Math.sin(angle);
  }
}

/** target ← target × factor, coefficient by coefficient. */
export function multiplySpectrum(target: ComplexVector, factor: ComplexVector): void {
  for (let i = 0; i < target.re.length; i++) {
    const x = target.re[i] ?? 0;
    const y = target.im[i] ?? 0;
    const u = factor.re[i] ?? 0;
    const v = factor.im[i] ?? 0;
    target.re[i] = x * u - y * v;
    target.im[i] = x * v + y * u;
  }
}

/**
 * Tails of the normal distribution to full double precision, also as logarithms far out, where 1 − Φ would be 0.
 * The rational approximations are those of fdlibm's s_erf.c (copyright 1993 Sun Microsystems, Inc., freely
 * granted with this notice); relative error about 3e-16.
 */

/** 1 − erf(x). */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 0.84375) return erfcNearZero(x);
  if (x < 1.25) return 1 - ERF_OF_ONE - erfExcessNearOne(x - 1);
  if (x < 28) return (Math.exp(-highSquare(x) - 0.5625) * Math.exp(tailCorrection(x))) / x;
  return 0;
}

/** log(1 − erf(x)), finite for every finite x. */
export function logErfc(x: number): number {
  if (x < -1) return Math.LN2 + Math.log1p(-erfc(-x) / 2);
  if (x < 0.25) return Math.log1p(-erfNearZero(x));
  if (x < 1.25) return Math.log(erfc(x));
  if (x < 28) return -highSquare(x) - 0.5625 + tailCorrection(x) - Math.log(x);
  // Asymptotic series; the first term left out is below 1e-14 for x ≥ 28.
  const t = 1 / (2 * x * x);
  return -x * x - Math.log(x * Math.sqrt(Math.PI)) + Math.log1p(-t * (1 - 3 * t * (1 - 5 * t)));
}

/** log Φ(x) of the standard normal distribution. */
export function logNormalCdf(x: number): number {
  // Right of 0, log1p of the small tail keeps the digits that 1 − tail would lose.
  return x > 0 ? Math.log1p(-normalTail(x)) : logErfc(-x / Math.SQRT2) - Math.LN2;
}

/** P(Z > x) of the standard normal distribution. */
export function normalTail(x: number): number {
  return erfc(x / Math.SQRT2) / 2;
}

const ERF_OF_ONE = 8.45062911510467529297e-1;

function erfcNearZero(x: number): number {
  if (x < 0.25) return 1 - erfNearZero(x);
  return 0.5 - (x * ratioNearZero(x * x) + (x - 0.5));
}

/** erf(x) for |x| < 1.25; full accuracy below 0.84375. */
function erfNearZero(x: number): number {
  if (x < -0.84375) return -(ERF_OF_ONE + erfExcessNearOne(-x - 1));
  return x + x * ratioNearZero(x * x);
}

/** erf(x)/x − 1 as a function of s = x². */
function ratioNearZero(s: number): number {
  const numerator =
    1.28379167095512558561e-1 +
    s *
      (-3.2504210724700149937e-1 +
        s * (-2.84817495755985104766e-2 + s * (-5.77027029648944159157e-3 + s * -2.37630166566501626084e-5)));
  const denominator =
    1 +
    s *
      (3.97917223959155352819e-1 +
        s *
          (6.50222499887672944485e-2 +
            s *
              (5.08130628187576562776e-3 + s * (1.32494738004321644526e-4 + s * -3.9602282787753681232e-6))));
  return numerator / denominator;
}

/** erf(1 + s) − ERF_OF_ONE for −0.15625 ≤ s < 0.25. */
function erfExcessNearOne(s: number): number {
  const numerator =
    -2.36211856075265944077e-3 +
    s *
      (4.14856118683748331666e-1 +
        s *
          (-3.72207876035701323847e-1 +
            s *
              (0.3183466199011618 +
                s *
                  (-1.10894694282396677476e-1 +
                    s * (3.54783043256182359371e-2 + s * -2.166375594868790843e-3)))));
  const denominator =
    1 +
    s *
      (1.06420880400844228286e-1 +
        s *
          (5.40397917702171048937e-1 +
            s *
              (7.18286544141962662868e-2 +
                s *
                  (1.26171219808761642112e-1 +
                    s * (1.36370839120290507362e-2 + s * 1.1984499846799107417e-2)))));
  return numerator / denominator;
}

const scratch = new DataView(new ArrayBuffer(8));

function highSquare(x: number): number {
  const high = highPart(x);
  return high * high;
}

/** x with its low 32 bits cleared, so that its square is exact. */
function highPart(x: number): number {
  scratch.setFloat64(0, x);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}

/** log(erfc(x) · x) + highPart(x)² + 0.5625 for 1.25 ≤ x < 28. */
function tailCorrection(x: number): number {
  const high = highPart(x);
  const s = 1 / (x * x);
  return (high - x) * (high + x) + (x < 1 / 0.35 ? ratioToThree(s) : ratioBeyondThree(s));
}

/** As a function of s = 1/x², for 1.25 ≤ x < 1/0.35. */
function ratioToThree(s: number): number {
  const numerator =
    -9.86494403484714822705e-3 +
    s *
      (-6.93858572707181764372e-1 +
        s *
          (-1.05586262253232909814e1 +
            s *
              (-6.23753324503260060396e1 +
                s *
                  (-1.62396669462573470355e2 +
                    s *
                      (-1.84605092906711035994e2 +
                        s * (-8.12874355063065934246e1 + s * -9.81432934416914548592))))));
  const denominator =
    1 +
    s *
      (1.96512716674392571292e1 +
        s *
          (1.376577541435190426e2 +
            s *
              (4.34565877475229228821e2 +
                s *
                  (6.45387271733267880336e2 +
                    s *
                      (4.29008140027567833386e2 +
                        s *
                          (1.08635005541779435134e2 +
                            s * (6.57024977031928170135 + s * -6.04244152148580987438e-2)))))));
  return numerator / denominator;
}

/** As a function of s = 1/x², for 1/0.35 ≤ x < 28. */
function ratioBeyondThree(s: number): number {
  const numerator =
    -9.86494292470009928597e-3 +
    s *
      (-7.99283237680523006574e-1 +
        s *
          (-1.77579549177547519889e1 +
            s *
              (-1.60636384855821916062e2 +
                s *
                  (-6.37566443368389627722e2 +
                    s * (-1.02509513161107724954e3 + s * -4.83519191608651397019e2)))));
  const denominator =
    1 +
    s *
      (3.03380607434824582924e1 +
        s *
          (3.25792512996573918826e2 +
            s *
              (1.53672958608443695994e3 +
                s *
                  (3.19985821950859553908e3 +
                    s *
                      (2.55305040643316442583e3 +
                        s * (4.74528541206955367215e2 + s * -2.24409524465858183362e1))))));
  return numerator / denominator;
}

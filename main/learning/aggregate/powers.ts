/** Powers by multiplication: Math.pow may differ in the last bit between engines, and every bank must get the hub's bits. */

/** base^exponent for a whole exponent ≥ 0, multiplied from left to right. */
export function wholePower(base: number, exponent: number): number {
  let power = 1;
  for (let i = 0; i < exponent; i++) power *= base;
  return power;
}

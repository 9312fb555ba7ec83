/** A leak test's figure as a person reads it: the value with its unit, then what chance gives and the interval. */
import { type LeakFigure } from '#shared/privacy/leak-view.ts';
import { text } from '../../text/en.ts';

const words = text.leaks;

const TINY = 1e-6;

/** Three decimals; whole numbers as they are; what three decimals would hide by its first digits. */
export function leakNumber(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < TINY) return value.toExponential(1);
  const options: Intl.NumberFormatOptions =
    size > 0 && size < 0.001
      ? { maximumSignificantDigits: 2 }
      : { minimumFractionDigits: decimalsOf(value), maximumFractionDigits: decimalsOf(value) };
  return new Intl.NumberFormat(undefined, options).format(value);
}

function decimalsOf(value: number): number {
  if (Number.isInteger(value)) return 0;
  return Math.abs(value) < 10 ? 3 : 1;
}

export interface LeakFigureText {
  readonly value: string;
  /** `chance 0.500 · 95 %: 0.494 to 0.530`; empty for a plain number. */
  readonly rest: string;
}

export function leakFigureText({ value, chance, low, high, unit }: LeakFigure): LeakFigureText {
  const withUnit = (number: number): string =>
    unit === '' ? leakNumber(number) : `${leakNumber(number)} ${unit}`;
  const rest = [
    chance === null ? null : words.chance(withUnit(chance)),
    low === null || high === null ? null : words.interval(leakNumber(low), leakNumber(high)),
  ];
  return {
    value: value === null ? '–' : withUnit(value),
    rest: rest.filter((part) => part !== null).join(' · '),
  };
}

/** A leak test's figure as a person reads it: the value with its unit, then what chance gives and the interval. */
import { type LeakFigure } from '#shared/privacy/leak-view.ts';
import { text } from '../../text/en.ts';

const words = text.leaks;

/** Three digits that matter; whole numbers as they are; what is far below 0.001 by its power of ten. */
export function leakNumber(value: number): string {
  if (Number.isInteger(value)) return new Intl.NumberFormat().format(value);
  if (Math.abs(value) < 0.001) return value.toExponential(1);
  const digits = Math.abs(value) < 10 ? 3 : 1;
  return new Intl.NumberFormat(undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
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

/** A leak test's figure as a person reads it: the value with its unit, then what chance gives and the interval. */
import { type LeakFigure } from '#shared/privacy/leak-view.ts';
import { text } from '../../text/en.ts';

const words = text.leaks;

const TINY = 1e-6;
const SMALL = 0.001;

/** Decimals that tell numbers of this size apart: none for whole ones, three below 10. */
function decimalsOf(values: readonly number[]): number {
  if (values.every(Number.isInteger)) return 0;
  return values.some((value) => Math.abs(value) >= 10) ? 1 : 3;
}

/** With so many decimals; what they would hide by its first two digits. */
function written(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < TINY) return value.toExponential(1);
  if (size > 0 && size < SMALL)
    return new Intl.NumberFormat(undefined, { maximumSignificantDigits: 2 }).format(value);
  return new Intl.NumberFormat(undefined, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

export function leakNumber(value: number): string {
  return written(value, decimalsOf([value]));
}

export interface LeakFigureText {
  readonly value: string;
  /** `chance 0.500 · 95 %: 0.494 to 0.530`; empty for a plain number. */
  readonly rest: string;
}

/** The value, its chance level and its interval, all with the same decimals. */
export function leakFigureText({ value, chance, low, high, unit }: LeakFigure): LeakFigureText {
  const decimals = decimalsOf([value, chance, low, high].filter((one) => one !== null));
  const withUnit = (number: number): string =>
    `${written(number, decimals)}${unit === '' ? '' : `\u00a0${words.units(unit, number)}`}`;
  const rest = [
    chance === null ? null : words.chance(withUnit(chance)),
    low === null || high === null ? null : words.interval(written(low, decimals), written(high, decimals)),
  ];
  return {
    value: value === null ? '–' : withUnit(value),
    rest: rest.filter((part) => part !== null).join(' · '),
  };
}

/** A figure's name at the start of a line; ε stays what it is. */
export function sentenceCase(name: string): string {
  return name.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}

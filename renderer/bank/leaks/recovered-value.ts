/** A recovered input as a person reads it: five digits that matter, rounding faults as the nought they are, and its unit. */
import { text } from '../../text/en.ts';

const words = text.leaks.rehearsal.units;
const NOTHING = 1e-4;

/** Real and recovered values alike, so that they can be compared. */
export function recoveredText(value: number, unit: string): string {
  const near = (whole: number): boolean => Math.abs(value - whole) < NOTHING;
  if (unit === 'yes/no' && (near(0) || near(1))) return near(0) ? words.no : words.yes;
  const shown = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 5 }).format(near(0) ? 0 : value);
  const said = unitText(unit, near(1));
  return said === '' ? shown : `${shown}\u00a0${said}`;
}

function unitText(unit: string, isOne: boolean): string {
  if (unit === 'rows') return words.rows(isOne);
  return words.short[unit] ?? unit;
}

/** Amounts as files write them → integer minor units, by digits alone: no float ever stands between. */
import type { ColumnMapping } from '#shared/features/data-view.ts';
import type { RejectReason } from './reject-reasons.ts';

export type ParsedAmount =
  | number
  | Extract<RejectReason, 'not-an-amount' | 'negative-amount' | 'amount-too-precise' | 'amount-too-large'>;

export type AmountFormat = Pick<ColumnMapping, 'amountUnit' | 'decimalSeparator' | 'thousandsSeparator'>;

/** More digits could leave the integers that a number holds exactly. */
const MAX_DIGITS = 15;

/** `decimals` of a call: how many the row's currency has (2 for EUR, 0 for JPY). */
export function createAmountParser(format: AmountFormat): (text: string, decimals: number) => ParsedAmount {
  const mark = format.decimalSeparator.charCodeAt(0);
  return (text, decimals) => {
    const plain = format.thousandsSeparator === '' ? text : withoutGroups(text, format);
    if (plain === undefined) return notAmount(text);
    return minorUnits(plain, mark, format.amountUnit === 'minor' ? 0 : decimals);
  };
}

function minorUnits(text: string, mark: number, decimals: number): ParsedAmount {
  let units = 0;
  let digits = 0;
  let fraction = -1;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      if (fraction >= decimals) {
        if (digit !== 0) return 'amount-too-precise';
        continue;
      }
      units = units * 10 + digit;
      digits += 1;
      if (fraction >= 0) fraction += 1;
    } else if (digit + 48 === mark && fraction < 0 && at > 0 && at + 1 < text.length) {
      fraction = 0;
    } else {
      return notAmount(text);
    }
  }
  if (digits === 0) return 'not-an-amount';
  const amount = units * 10 ** (decimals - Math.max(0, fraction));
  return digits > MAX_DIGITS || !Number.isSafeInteger(amount) ? 'amount-too-large' : amount;
}

/** Text without its group marks, or undefined where they don't part groups of three before the decimals. */
function withoutGroups(text: string, format: AmountFormat): string | undefined {
  const { thousandsSeparator, decimalSeparator } = format;
  if (!text.includes(thousandsSeparator)) return text;
  const [whole = '', ...rest] = text.split(decimalSeparator);
  const [lead = '', ...groups] = whole.split(thousandsSeparator);
  const isGrouped = /^\d{1,3}$/.test(lead) && groups.every((group) => /^\d{3}$/.test(group));
  return isGrouped && !rest.some((part) => part.includes(thousandsSeparator))
    ? [lead + groups.join(''), ...rest].join(decimalSeparator)
    : undefined;
}

function notAmount(text: string): 'not-an-amount' | 'negative-amount' {
  return /^[-\u2212]\s?\d/.test(text) || /^\(\d[\d.,]*\)$/.test(text) ? 'negative-amount' : 'not-an-amount';
}

/** Money: integer minor units and a currency code, everywhere. Not here: exchange rates (features/reference-rates.ts). */

/** Not from Intl's formats: those follow CLDR, which gives HUF and others no decimals. */
const known = new Set(Intl.supportedValuesOf('currency'));

const OTHER_DECIMALS = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

/** Decimals of a currency's minor unit by ISO 4217 (EUR 2, JPY 0, KWD 3), or undefined for no currency. */
export function currencyDecimals(code: string): number | undefined {
  return known.has(code) ? (OTHER_DECIMALS.get(code) ?? 2) : undefined;
}

/** `5716, 'EUR'` → `57.16 EUR`, in the locale's own figures where one is given. A code that is no currency gets two decimals. */
export function formatMoney(amountMinor: number, currency: string, locale?: string): string {
  const decimals = currencyDecimals(currency) ?? 2;
  const amount = new Intl.NumberFormat(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return `${amount.format(amountMinor / 10 ** decimals)} ${currency}`;
}

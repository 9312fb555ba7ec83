/** Currencies by their ISO 4217 code. Not from Intl: it follows CLDR, which gives HUF and others no decimals. */

const known = new Set(Intl.supportedValuesOf('currency'));

const OTHER_DECIMALS = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

/** Decimals of a currency's minor unit (EUR 2, JPY 0, KWD 3), or undefined for no currency. */
export function currencyDecimals(code: string): number | undefined {
  return known.has(code) ? (OTHER_DECIMALS.get(code) ?? 2) : undefined;
}

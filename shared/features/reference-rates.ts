/** Fixed public exchange rates for features: agreed once, never a day's market, so that an amount means the same at every bank. */

/** Units of the currency for one euro. */
const UNITS_A_EURO: ReadonlyMap<string, number> = new Map([
  ['EUR', 1],
  ['PLN', 4.3],
  ['BGN', 1.95583],
  ['CHF', 0.95],
  ['CZK', 25],
  ['DKK', 7.46],
  ['GBP', 0.85],
  ['HUF', 390],
  ['JPY', 160],
  ['NOK', 11.5],
  ['RON', 5],
  ['SEK', 11.3],
  ['TRY', 35],
  ['USD', 1.1],
]);

export function unitsAEuro(currency: string): number | undefined {
  return UNITS_A_EURO.get(currency);
}

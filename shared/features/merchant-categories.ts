/** Public risk classes of merchant category codes (ISO 18245): agreed, never fitted. The same list is in resources/sample. */

/** Code → class 0 (everyday) to 3 (cash-like). A code that is not listed has no class. */
export const RISK_CLASS_OF_CATEGORY: Readonly<Record<string, 0 | 1 | 2 | 3>> = {
  '5411': 0, // grocery stores
  '5541': 0, // service stations
  '5651': 0, // clothing
  '5812': 0, // restaurants
  '5912': 0, // pharmacies
  '4111': 1, // local transport
  '5311': 1, // department stores
  '5732': 1, // electronics
  '7011': 1, // hotels
  '4812': 2, // telephone equipment
  '5816': 2, // digital games
  '5944': 2, // jewellery
  '4829': 3, // money transfer
  '5967': 3, // telemarketing
  '6051': 3, // quasi cash
  '7995': 3, // betting
};

export const RISK_CLASSES = [0, 1, 2, 3] as const;
export type RiskClass = (typeof RISK_CLASSES)[number];

/** Codes of one class, in order. */
export function categoriesOf(riskClass: RiskClass): readonly string[] {
  return Object.keys(RISK_CLASS_OF_CATEGORY)
    .filter((code) => RISK_CLASS_OF_CATEGORY[code] === riskClass)
    .sort();
}

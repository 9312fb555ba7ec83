/** The limits as they are typed, and as the contract takes them: every wrong field with its reason. */
import { ScopeLimits } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';

export const LIMIT_FIELDS = [
  'minimumNoiseRatio',
  'maximumNoiseRatio',
  'minimumCosine',
  'maximumEpsilonPerRound',
] as const;
export type LimitField = (typeof LIMIT_FIELDS)[number];

export type LimitsText = Readonly<Record<LimitField, string>>;

export type LimitsOutcome =
  | { readonly kind: 'valid'; readonly limits: ScopeLimits }
  | { readonly kind: 'invalid'; readonly errors: Readonly<Partial<Record<LimitField, string>>> };

/** As they are: what is offered has few decimals. */
export function limitsText(limits: ScopeLimits): LimitsText {
  return {
    minimumNoiseRatio: String(limits.minimumNoiseRatio),
    maximumNoiseRatio: String(limits.maximumNoiseRatio),
    minimumCosine: String(limits.minimumCosine),
    maximumEpsilonPerRound: String(limits.maximumEpsilonPerRound),
  };
}

/** A comma is a decimal point here: no limit needs thousands. NaN for what is no number. */
export function decimalOf(typed: string): number {
  const plain = typed.trim().replace(',', '.').replace('−', '-');
  return plain === '' ? NaN : Number(plain);
}

export function parseLimits(typed: LimitsText): LimitsOutcome {
  const numbers = Object.fromEntries(LIMIT_FIELDS.map((field) => [field, decimalOf(typed[field])]));
  const parsed = ScopeLimits.safeParse(numbers);
  if (!parsed.success) return { kind: 'invalid', errors: fieldErrors(parsed.error.issues, numbers) };
  if (parsed.data.maximumNoiseRatio <= parsed.data.minimumNoiseRatio)
    return { kind: 'invalid', errors: { maximumNoiseRatio: text.review.limits.crossed } };
  return { kind: 'valid', limits: parsed.data };
}

const helps: Readonly<Record<LimitField, string>> = {
  minimumNoiseRatio: text.review.limits.minimumNoiseRatioHelp,
  maximumNoiseRatio: text.review.limits.maximumNoiseRatioHelp,
  minimumCosine: text.review.limits.minimumCosineHelp,
  maximumEpsilonPerRound: text.review.limits.maximumEpsilonPerRoundHelp,
};

function fieldErrors(
  issues: readonly { readonly path: readonly PropertyKey[] }[],
  numbers: Readonly<Record<string, number>>,
): Partial<Record<LimitField, string>> {
  const errors: Partial<Record<LimitField, string>> = {};
  for (const { path } of issues) {
    const field = LIMIT_FIELDS.find((name) => name === path[0]);
    if (field === undefined) continue;
    const isNumber = Number.isFinite(numbers[field]);
    errors[field] = isNumber ? helps[field] : text.review.limits.notANumber;
  }
  return errors;
}

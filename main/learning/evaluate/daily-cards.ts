/**
 * Quality of a day's alerts by card (the Fraud Detection Handbook, chapter 4): each day the k cards with the highest
 * maximum score are looked at; a card found to be defrauded is blocked, so it is gone on later days.
 * Cards with equal scores at the edge of the k count with their chance of being among them; such a chance blocks no card.
 */
import type { ScoredRows } from './ranking.ts';

export interface CardRows extends ScoredRows {
  /** Day number of each row. */
  readonly days: ArrayLike<number>;
  /** Number of each row's card or account. */
  readonly cards: ArrayLike<number>;
}

interface CardDay {
  readonly card: number;
  score: number;
  isFraud: boolean;
}

/** Cards of each day, days in order. */
function cardDays({ scores, labels, days, cards }: CardRows): readonly (readonly CardDay[])[] {
  const byDay = new Map<number, Map<number, CardDay>>();
  for (let row = 0; row < scores.length; row++) {
    const day = days[row] ?? 0;
    const card = cards[row] ?? 0;
    const score = scores[row] ?? 0;
    const ofDay = byDay.get(day) ?? new Map<number, CardDay>();
    byDay.set(day, ofDay);
    const known = ofDay.get(card) ?? { card, score, isFraud: false };
    known.score = Math.max(known.score, score);
    known.isFraud ||= labels[row] === 1;
    ofDay.set(card, known);
  }
  return [...byDay].sort(([a], [b]) => a - b).map(([, ofDay]) => [...ofDay.values()]);
}

interface DayOutcome {
  /** Expected defrauded cards among the k looked at. */
  readonly hits: number;
  readonly fraudCards: number;
  /** Certain hits, to be blocked. */
  readonly found: readonly number[];
}

function lookAt(cards: readonly CardDay[], k: number): DayOutcome {
  const ranked = [...cards].sort((a, b) => b.score - a.score);
  const edge = ranked[k - 1]?.score ?? Number.NEGATIVE_INFINITY;
  const isEdgeInside = ranked[k]?.score !== edge;
  const certain = ranked.filter(({ score }) => score > edge || (isEdgeInside && score === edge));
  const found = certain.filter(({ isFraud }) => isFraud).map(({ card }) => card);
  const tied = isEdgeInside ? [] : ranked.filter(({ score }) => score === edge);
  const tiedFrauds = tied.filter(({ isFraud }) => isFraud).length;
  const chance = tied.length === 0 ? 0 : (k - certain.length) / tied.length;
  const fraudCards = cards.filter(({ isFraud }) => isFraud).length;
  return { hits: found.length + tiedFrauds * chance, fraudCards, found };
}

function dailyOutcomes(rows: CardRows, cardsADay: number): readonly DayOutcome[] {
  const blocked = new Set<number>();
  return cardDays(rows).map((cards) => {
    const outcome = lookAt(
      cards.filter(({ card }) => !blocked.has(card)),
      cardsADay,
    );
    for (const card of outcome.found) blocked.add(card);
    return outcome;
  });
}

/** Card precision@k: mean over the days of defrauded cards among the k looked at ÷ k; null without a day or with k < 1. */
export function cardPrecision(rows: CardRows, k: number): number | null {
  const outcomes = k < 1 ? [] : dailyOutcomes(rows, k);
  if (outcomes.length === 0) return null;
  return outcomes.reduce((total, { hits }) => total + hits / k, 0) / outcomes.length;
}

/** Share of the defrauded cards of each day that `cardsADay` looks find, over all days; null without frauds or looks. */
export function recallAtCapacity(rows: CardRows, cardsADay: number): number | null {
  const outcomes = cardsADay < 1 ? [] : dailyOutcomes(rows, cardsADay);
  const frauds = outcomes.reduce((total, { fraudCards }) => total + fraudCards, 0);
  if (frauds === 0) return null;
  return outcomes.reduce((total, { hits }) => total + hits, 0) / frauds;
}

/** A bank's share of the consortium's alerts a day, by public tier, rounded to the nearest, at least one. */
export function alertCapacity(alertsPerDay: number, tier: number, allTiers: number): number {
  return Math.max(1, Math.round((alertsPerDay * tier) / allTiers));
}

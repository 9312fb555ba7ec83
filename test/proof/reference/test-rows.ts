/**
 * The test rows of all banks together, as the published figures count them. A card is left out on test day d when it was
 * defrauded in days d−14..d−8 at *any* bank: with banks split by terminals that is more than a bank itself can know.
 */
import { createPredictor } from '#main/learning/kernel/predictor.ts';
import { quality } from '#main/learning/evaluate/quality.ts';
import type { CardRows } from '#main/learning/evaluate/daily-cards.ts';
import { leftOutAfter } from '#main/bank/features/known-cards.ts';
import type { Charter } from '#shared/round/charter.ts';
import type { Quality } from '#shared/round/round-view.ts';
import type { CustomerDay, ReferenceBank } from './banks.ts';

const DAY_MS = 86_400_000;
const CARDS_A_DAY = 100;

export interface TestRows {
  readonly bank: ReferenceBank;
  /** Rows of the bank's test set that count. */
  readonly kept: Uint32Array;
  readonly cards: Uint32Array;
  readonly days: Uint32Array;
}

export function testRows(banks: readonly ReferenceBank[]): readonly TestRows[] {
  const cardOf = cardNumbers(banks);
  const frauds = banks.flatMap(({ fraudDays }) => fraudDays).map((one) => fraudOf(one, cardOf));
  const isLeftOut = leftOutAfter(frauds);
  return banks.map((bank) => {
    const { accountIndex, occurredAt } = bank.test;
    const cards = accountIndex.map((index) => cardOf.get(bank.customerOf.get(index) ?? '') ?? 0);
    const days = Uint32Array.from(occurredAt, (time) => Math.floor(time / DAY_MS));
    const rows = Uint32Array.from(cards.keys());
    const kept = rows.filter((row) => !isLeftOut(cards[row] ?? 0, occurredAt[row] ?? 0));
    return { bank, kept, cards, days };
  });
}

function cardNumbers(banks: readonly ReferenceBank[]): ReadonlyMap<string, number> {
  const customers = new Set(banks.flatMap(({ customerOf }) => [...customerOf.values()]));
  return new Map([...customers].map((customer, card) => [customer, card]));
}

function fraudOf({ customer, day }: CustomerDay, cardOf: ReadonlyMap<string, number>) {
  return { account: cardOf.get(customer) ?? 0, occurredAt: day * DAY_MS };
}

/** Logits of every test row of one bank by one model. */
export function scoresOf(bank: ReferenceBank, charter: Charter, weights: Float64Array): Float32Array {
  const { layers, activation } = charter.model;
  return createPredictor({ layers, activation }, weights).logits(bank.test.x);
}

export interface Figures {
  readonly overall: Quality;
  readonly banks: readonly Quality[];
}

/** `scores[b]`: of every test row of bank b. Capacity: 100 cards a day over all banks. */
export function figuresOf(parts: readonly TestRows[], scores: readonly Float32Array[]): Figures {
  const rows = parts.map((part, b) => cardRows(part, scores[b] ?? new Float32Array()));
  const joined = {
    scores: rows.flatMap((one) => [...one.scores]),
    labels: rows.flatMap((one) => [...one.labels]),
    days: rows.flatMap((one) => [...one.days]),
    cards: rows.flatMap((one) => [...one.cards]),
  };
  return {
    overall: quality(joined, CARDS_A_DAY),
    banks: rows.map((one) => quality(one, Math.round(CARDS_A_DAY / parts.length))),
  };
}

type JoinableRows = { readonly [K in keyof CardRows]: Float64Array };

function cardRows({ bank, kept, cards, days }: TestRows, scores: Float32Array): JoinableRows {
  const pick = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(kept, (row) => values[row] ?? Number.NaN);
  return { scores: pick(scores), labels: pick(bank.test.y), days: pick(days), cards: pick(cards) };
}

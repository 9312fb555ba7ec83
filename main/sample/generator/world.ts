/** What all banks of the sample share: terminals, merchants, their categories, and the campaigns of the fraudsters. */
import { categoriesOf, type RiskClass } from '#shared/features/merchant-categories.ts';
import { choose, pick, type Stream, stream, zipf } from './stream.ts';

export const DAYS = 120;
export const ACCOUNTS = 900;
const TERMINALS = 600;
const MERCHANTS = 1500;

export interface Place {
  readonly id: string;
  readonly category: string;
  readonly isRisky: boolean;
}

export interface CompromisedTerminal {
  readonly place: Place;
  readonly fromDay: number;
}

export interface World {
  readonly seed: number;
  readonly terminals: readonly Place[];
  readonly merchants: readonly Place[];
  readonly riskyMerchants: readonly Place[];
  drawTerminal(random: Stream): Place;
  drawMerchant(random: Stream): Place;
  /** Merchants that card testers use in the fortnight of this day: the same at all banks. */
  testingMerchants(day: number): readonly Place[];
  /** Accounts elsewhere that collect from mules: the same for all banks. */
  readonly collectors: readonly string[];
  readonly compromised: readonly CompromisedTerminal[];
}

const TERMINAL_RISK: readonly (readonly [RiskClass, number])[] = [
  [0, 0.6],
  [1, 0.25],
  [2, 0.1],
  [3, 0.05],
];
const MERCHANT_RISK: readonly (readonly [RiskClass, number])[] = [
  [0, 0.5],
  [1, 0.25],
  [2, 0.15],
  [3, 0.1],
];

export const COMPROMISED_DAYS = 28;
const COMPROMISED_TERMINALS = 34;
const COMPROMISED_EVERY_DAYS = 4;
/** Popularity ranks whose terminals see 2.5 to 5 rows a day over five banks: at least half a row a bank and day, else no bank alone could find it. */
const COMPROMISED_RANKS = { first: 54, last: 168 } as const;
const TESTING_MERCHANTS = 6;
const TESTING_DAYS = 14;
const COLLECTORS = 12;

export function createWorld(seed: number): World {
  const random = stream(seed, 'world');
  const terminals = places(random, { count: TERMINALS, prefix: 'T', risk: TERMINAL_RISK });
  const merchants = places(random, { count: MERCHANTS, prefix: 'M', risk: MERCHANT_RISK });
  const terminalRank = zipf(TERMINALS, 0.6);
  const merchantRank = zipf(MERCHANTS, 0.8);
  return {
    seed,
    terminals,
    merchants,
    riskyMerchants: merchants.filter((merchant) => merchant.isRisky),
    drawTerminal: (from) => at(terminals, terminalRank(from)),
    drawMerchant: (from) => at(merchants, merchantRank(from)),
    testingMerchants: testingMerchants(seed, merchants),
    collectors: Array.from(
      { length: COLLECTORS },
      (_, n) => `C${String(stream(seed, 'campaign', 2, n).whole(1000, 9999))}-${String(n)}`,
    ),
    compromised: compromisedTerminals(seed, terminals),
  };
}

interface PlacePlan {
  readonly count: number;
  readonly prefix: string;
  readonly risk: readonly (readonly [RiskClass, number])[];
}

function places(random: Stream, plan: PlacePlan): readonly Place[] {
  return Array.from({ length: plan.count }, (_, n) => {
    const risk = choose(random, plan.risk);
    return {
      id: `${plan.prefix}${String(n + 1).padStart(4, '0')}`,
      category: pick(random, categoriesOf(risk)),
      isRisky: risk >= 2,
    };
  });
}

function testingMerchants(seed: number, merchants: readonly Place[]): World['testingMerchants'] {
  const sets = Array.from({ length: Math.ceil(DAYS / TESTING_DAYS) + 1 }, (_, n) => {
    const random = stream(seed, 'campaign', 0, n);
    return Array.from({ length: TESTING_MERCHANTS }, () => pick(random, merchants));
  });
  return (day) => at(sets, Math.floor(day / TESTING_DAYS));
}

/** One new terminal every four days, the first before the first day, so that about seven are compromised at any time. */
function compromisedTerminals(seed: number, terminals: readonly Place[]): readonly CompromisedTerminal[] {
  const taken = new Set<number>();
  return Array.from({ length: COMPROMISED_TERMINALS }, (_, n) => {
    const random = stream(seed, 'campaign', 3, n);
    let rank = random.whole(COMPROMISED_RANKS.first, COMPROMISED_RANKS.last);
    while (taken.has(rank)) rank = random.whole(COMPROMISED_RANKS.first, COMPROMISED_RANKS.last);
    taken.add(rank);
    return {
      place: at(terminals, rank - 1),
      fromDay: COMPROMISED_EVERY_DAYS * n - COMPROMISED_DAYS + COMPROMISED_EVERY_DAYS,
    };
  });
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${String(index)}`);
  return item;
}

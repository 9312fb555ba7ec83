/** The five typologies of fraud at one bank: events by day, with rates that differ between banks until day 85. */
import {
  type Account,
  type BankProfile,
  ecomEntry,
  foreignCountry,
  newPayee,
  plain,
  timeOfDay,
} from './account.ts';
import { DAY, type GeneratedRow, HOUR, MINUTE, type Typology } from './row.ts';
import { pick, type Stream, stream } from './stream.ts';
import { COMPROMISED_DAYS, DAYS, type World } from './world.ts';

interface Pattern {
  readonly typology: Typology;
  /** Rows a bank sees in 120 days at weight 1, and rows of one event on average. */
  readonly rows: number;
  readonly rowsPerEvent: number;
  readonly medianDelayDays: number;
  readonly event: (scene: Scene) => readonly GeneratedRow[];
}

interface Scene {
  readonly world: World;
  readonly bank: BankProfile;
  readonly account: Account;
  readonly random: Stream;
  readonly day: number;
}

const PATTERNS: readonly Pattern[] = [
  { typology: 'card-testing', rows: 230, rowsPerEvent: 8.5, medianDelayDays: 3, event: cardTesting },
  { typology: 'account-takeover', rows: 140, rowsPerEvent: 3.5, medianDelayDays: 2, event: accountTakeover },
  { typology: 'mule', rows: 140, rowsPerEvent: 3, medianDelayDays: 8, event: mule },
  { typology: 'compromised-terminal', rows: 230, rowsPerEvent: 1, medianDelayDays: 6, event: clonedCard },
  { typology: 'cnp-burst', rows: 180, rowsPerEvent: 5, medianDelayDays: 4, event: cnpBurst },
];

/** From this day on every pattern is as frequent at every bank: the attack arrives everywhere. */
const EVERYWHERE_FROM_DAY = 85;
const HOME_WEIGHT = 1.6;
const AWAY_WEIGHT = 0.04;
const LONGEST_DELAY_DAYS = 35;

/** Bank b knows the patterns b and b + 2 (modulo five) well, the others hardly. */
function weight(bank: BankProfile, pattern: number, day: number): number {
  if (day >= EVERYWHERE_FROM_DAY) return 1;
  const home = bank.index % PATTERNS.length;
  return pattern === home || pattern === (home + 2) % PATTERNS.length ? HOME_WEIGHT : AWAY_WEIGHT;
}

/** All rows of fraud at the bank, with the genuine money that mules take in. */
export function fraudRows(
  world: World,
  bank: BankProfile,
  accounts: readonly Account[],
): readonly GeneratedRow[] {
  return PATTERNS.flatMap((pattern, index) => {
    const random = stream(world.seed, 'fraud', bank.index, index);
    const perDay = pattern.rows / pattern.rowsPerEvent / DAYS;
    const rows: GeneratedRow[] = [];
    for (let day = 0; day < DAYS; day++) {
      const events = random.poisson(perDay * weight(bank, index, day));
      for (let n = 0; n < events; n++) {
        const scene: Scene = { world, bank, account: pick(random, accounts), random, day };
        rows.push(...pattern.event(scene).map((row) => labelled(row, pattern, random)));
      }
    }
    return rows.filter((row) => row.at < DAYS * DAY);
  });
}

/** Log-normal delay until the label is known; incoming rows of mules stay genuine. */
function labelled(row: GeneratedRow, pattern: Pattern, random: Stream): GeneratedRow {
  if (row.direction === 'in') return row;
  const days = Math.min(LONGEST_DELAY_DAYS, pattern.medianDelayDays * Math.exp(random.normal(0, 0.5)));
  return { ...row, fraud: { typology: pattern.typology, delaySeconds: Math.round(days * DAY) } };
}

function spread(scene: Scene, start: number, within: number): number {
  return Math.floor(start + scene.random.between(0, within));
}

/** 4 to 10 tiny payments in half an hour at one merchant of the campaign, then one or two large ones within 36 hours. */
function cardTesting(scene: Scene): readonly GeneratedRow[] {
  const { world, bank, account, random, day } = scene;
  const start = day * DAY + timeOfDay(random);
  const place = pick(random, world.testingMerchants(day));
  const tiny = Array.from({ length: random.whole(4, 10) }, () => ({
    ...plain(bank, { account, at: spread(scene, start, 30 * MINUTE) }, 'ECOM'),
    counterparty: place.id,
    category: place.category,
    amount: random.between(0.5, 3),
    entryMode: ecomEntry(random, 0.9),
  }));
  const large = Array.from({ length: random.whole(1, 2) }, () => {
    const shop = world.drawMerchant(random);
    return {
      ...plain(bank, { account, at: spread(scene, start + HOUR, 35 * HOUR) }, 'ECOM'),
      counterparty: shop.id,
      category: shop.category,
      amount: random.between(120, 600),
      entryMode: ecomEntry(random, 0.9),
    };
  });
  return [...tiny, ...large];
}

/** 2 to 5 payments to new payees within three hours, far above the usual, mostly from a new device and at night. */
function accountTakeover(scene: Scene): readonly GeneratedRow[] {
  const { bank, account, random, day } = scene;
  const start =
    day * DAY + (random.happens(0.6) ? Math.floor(random.between(0, 6 * HOUR)) : timeOfDay(random));
  const isNewDevice = random.happens(0.85);
  return Array.from({ length: random.whole(2, 5) }, () => ({
    ...plain(bank, { account, at: spread(scene, start, 3 * HOUR) }, random.happens(0.5) ? 'TRANSFER' : 'P2P'),
    counterparty: newPayee(random),
    amount: Math.exp(account.logMean + random.between(1.2, 2.5)),
    isNewDevice,
  }));
}

/** 2 to 5 payments come in within eight hours; 92 % of the sum goes out again in 2 to 4, mostly to a collecting account. */
function mule(scene: Scene): readonly GeneratedRow[] {
  const { world, bank, account, random, day } = scene;
  const start = day * DAY + timeOfDay(random);
  const incoming = Array.from({ length: random.whole(2, 5) }, () => ({
    ...plain(bank, { account, at: spread(scene, start, 8 * HOUR) }, 'TRANSFER'),
    direction: 'in' as const,
    counterparty: newPayee(random),
    amount: Math.exp(random.normal(5.2, 0.5)),
  }));
  const sum = incoming.reduce((total, row) => total + row.amount, 0);
  const parts = random.whole(2, 4);
  const outgoing = Array.from({ length: parts }, () => ({
    ...plain(
      bank,
      { account, at: spread(scene, start + 8 * HOUR, 6 * HOUR) },
      random.happens(0.7) ? 'TRANSFER' : 'P2P',
    ),
    counterparty: random.happens(0.8) ? pick(random, world.collectors) : newPayee(random),
    amount: (0.92 * sum) / parts,
  }));
  return [...incoming, ...outgoing];
}

/** A cloned card at a terminal that is compromised on this day; half of the clones by magnetic stripe. */
function clonedCard(scene: Scene): readonly GeneratedRow[] {
  const { world, bank, account, random, day } = scene;
  const active = world.compromised.filter(
    (one) => day >= one.fromDay && day < one.fromDay + COMPROMISED_DAYS,
  );
  if (active.length === 0) return [];
  const { place } = pick(random, active);
  return [
    {
      ...plain(bank, { account, at: day * DAY + timeOfDay(random) }, 'POS'),
      terminal: place.id,
      category: place.category,
      amount: Math.exp(account.logMean + random.normal(0, 0.7)) * random.between(1, 1.8),
      entryMode: random.happens(0.5) ? 'magstripe' : 'chip',
    },
  ];
}

/** 3 to 7 purchases without the card within three hours, mostly abroad, without 3-D Secure, in risky categories. */
function cnpBurst(scene: Scene): readonly GeneratedRow[] {
  const { world, bank, account, random, day } = scene;
  const start = day * DAY + timeOfDay(random);
  return Array.from({ length: random.whole(3, 7) }, () => {
    const place = random.happens(0.6) ? pick(random, world.riskyMerchants) : world.drawMerchant(random);
    return {
      ...plain(bank, { account, at: spread(scene, start, 3 * HOUR) }, 'ECOM'),
      counterparty: place.id,
      category: place.category,
      country: random.happens(0.6) ? foreignCountry(random, bank) : bank.country,
      amount: random.between(60, 400),
      entryMode: ecomEntry(random, 0.9),
    };
  });
}

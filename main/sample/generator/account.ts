/** One account's genuine life: habits, travel, games, shopping bursts, and money that comes in and goes out again. */
import { type Channel, DAY, type EntryMode, type GeneratedRow, HOUR, MINUTE } from './row.ts';
import { choose, pick, type Stream, stream } from './stream.ts';
import { DAYS, type Place, type World } from './world.ts';

export interface BankProfile {
  /** Position in the consortium; profiles repeat after five. */
  readonly index: number;
  readonly country: string;
  /** Added to the mean of the logarithm of amounts. */
  readonly amountShift: number;
  readonly channels: readonly (readonly [Channel, number])[];
}

export const COUNTRIES = ['DE', 'FR', 'NL', 'PL', 'ES'] as const;

export interface Account {
  readonly number: number;
  readonly random: Stream;
  /** Mean of the logarithm of this account's amounts. */
  readonly logMean: number;
  /** Rows a day. */
  readonly rate: number;
  /** Favourites, the most popular first. */
  readonly terminals: readonly Place[];
  readonly merchants: readonly Place[];
  readonly payees: readonly string[];
  readonly trip: { readonly from: number; readonly until: number; readonly country: string } | null;
  readonly isGamer: boolean;
  /** Second after which the next row with a device counts as a new one. */
  nextDeviceAt: number;
}

const DEVICE_LIFE = 90 * DAY;

export function createAccount(world: World, bank: BankProfile, number: number): Account {
  const random = stream(world.seed, 'acct', bank.index, number);
  const logMean = 3.3 + bank.amountShift + random.normal(0, 0.5);
  const rate = random.gamma(2, 0.27) + 0.05;
  return {
    number,
    random,
    logMean,
    rate,
    terminals: byPopularity(Array.from({ length: 14 }, () => world.drawTerminal(random))),
    merchants: byPopularity(Array.from({ length: 10 }, () => world.drawMerchant(random))),
    payees: Array.from({ length: 5 }, () => newPayee(random)),
    trip: random.happens(0.12) ? drawTrip(random, bank) : null,
    isGamer: random.happens(0.1),
    nextDeviceAt: random.between(0, DEVICE_LIFE),
  };
}

export function newPayee(random: Stream): string {
  return `P${String(random.whole(100_000, 999_999))}`;
}

function drawTrip(random: Stream, bank: BankProfile): NonNullable<Account['trip']> {
  const from = random.between(0, (DAYS - 11) * DAY);
  return { from, until: from + random.between(5, 11) * DAY, country: foreignCountry(random, bank) };
}

export function foreignCountry(random: Stream, bank: BankProfile): string {
  return pick(
    random,
    COUNTRIES.filter((country) => country !== bank.country),
  );
}

/** All genuine rows of the account, in no order. */
export function genuineRows(world: World, bank: BankProfile, account: Account): readonly GeneratedRow[] {
  const rows = dailyRows(world, bank, account);
  if (account.isGamer) for (let run = 0; run < 3; run++) rows.push(...gamingRun(bank, account));
  const bursts = account.random.poisson(1.2);
  for (let n = 0; n < bursts; n++) rows.push(...shoppingBurst(world, bank, account));
  if (account.random.happens(0.15)) rows.push(...fanIn(bank, account));
  return markNewDevices(account, rows);
}

function dailyRows(world: World, bank: BankProfile, account: Account): GeneratedRow[] {
  const rows: GeneratedRow[] = [];
  for (let day = 0; day < DAYS; day++) {
    const count = account.random.poisson(account.rate);
    for (let n = 0; n < count; n++)
      rows.push(usualRow(world, bank, { account, at: day * DAY + timeOfDay(account.random) }));
  }
  return rows;
}

/** Seconds since midnight: around 13:30, one in seventeen at night. */
export function timeOfDay(random: Stream): number {
  if (random.happens(0.06)) return Math.floor(random.between(0, 6 * HOUR));
  let hour = random.normal(13.5, 3.6);
  while (hour < 0 || hour >= 24) hour = random.normal(13.5, 3.6);
  return Math.floor(hour * HOUR);
}

interface Occasion {
  readonly account: Account;
  readonly at: number;
}

function usualRow(world: World, bank: BankProfile, occasion: Occasion): GeneratedRow {
  const { random } = occasion.account;
  const channel = choose(random, bank.channels);
  switch (channel) {
    case 'POS':
    case 'ATM':
      return terminalRow(world, bank, { ...occasion, channel });
    case 'ECOM':
      return ecomRow(world, bank, occasion);
    case 'TRANSFER':
    case 'P2P':
      return paymentRow(bank, { ...occasion, channel });
  }
}

function terminalRow(
  world: World,
  bank: BankProfile,
  occasion: Occasion & { readonly channel: 'POS' | 'ATM' },
): GeneratedRow {
  const { account, channel, at } = occasion;
  const { random } = account;
  const place = random.happens(0.8) ? favourite(random, account.terminals, 4) : world.drawTerminal(random);
  const amount =
    channel === 'ATM' ? Math.round(Math.exp(random.normal(4.2, 0.5)) / 10) * 10 + 10 : usualAmount(account);
  return {
    ...plain(bank, occasion, channel),
    terminal: place.id,
    category: place.category,
    country: isTravelling(account, at) ? tripCountry(account, bank) : bank.country,
    amount,
    entryMode: random.happens(0.03)
      ? 'magstripe'
      : channel === 'ATM' || random.happens(0.4)
        ? 'chip'
        : 'contactless',
  };
}

function ecomRow(world: World, bank: BankProfile, occasion: Occasion): GeneratedRow {
  const { account, at } = occasion;
  const { random } = account;
  const place = random.happens(0.7) ? favourite(random, account.merchants, 3) : world.drawMerchant(random);
  const isForeign = random.happens(0.1);
  const country = isTravelling(account, at)
    ? tripCountry(account, bank)
    : isForeign
      ? foreignCountry(random, bank)
      : bank.country;
  const amount = account.isGamer && random.happens(0.4) ? random.between(0.99, 2.99) : usualAmount(account);
  return {
    ...plain(bank, occasion, 'ECOM'),
    counterparty: place.id,
    category: place.category,
    country,
    amount,
    entryMode: ecomEntry(random, 0.3),
  };
}

function paymentRow(
  bank: BankProfile,
  occasion: Occasion & { readonly channel: 'TRANSFER' | 'P2P' },
): GeneratedRow {
  const { account, channel } = occasion;
  const { random } = account;
  return {
    ...plain(bank, occasion, channel),
    counterparty: random.happens(0.88) ? pick(random, account.payees) : newPayee(random),
    amount: usualAmount(account) * (channel === 'TRANSFER' ? 3 : 1),
  };
}

/**
 * 3 to 7 payments of .99 to 2.99 within half an hour, always at the account's most popular merchant: a game that many
 * play. That is what tells it from card testing, whose merchants hardly anybody knows.
 */
function gamingRun(bank: BankProfile, account: Account): readonly GeneratedRow[] {
  const { random } = account;
  const start = random.between(0, DAYS * DAY - HOUR);
  const [place] = account.merchants;
  if (place === undefined) throw new RangeError('an account has favourite places');
  return Array.from({ length: random.whole(3, 7) }, () => ({
    ...plain(bank, { account, at: Math.floor(start + random.between(0, 30 * MINUTE)) }, 'ECOM'),
    counterparty: place.id,
    category: place.category,
    amount: random.between(0.99, 2.99),
    entryMode: ecomEntry(random, 0.3),
  }));
}

/** 3 to 6 purchases online within three hours, larger than usual: looks like fraud and is not. */
function shoppingBurst(world: World, bank: BankProfile, account: Account): readonly GeneratedRow[] {
  const { random } = account;
  const start = random.between(0, DAYS * DAY - 3 * HOUR);
  return Array.from({ length: random.whole(3, 6) }, () => {
    const place = world.drawMerchant(random);
    return {
      ...plain(bank, { account, at: Math.floor(start + random.between(0, 3 * HOUR)) }, 'ECOM'),
      counterparty: place.id,
      category: place.category,
      country: random.happens(0.15) ? foreignCountry(random, bank) : bank.country,
      amount: Math.exp(account.logMean + random.normal(0.4, 0.6)),
      entryMode: ecomEntry(random, 0.3),
    };
  });
}

/** 3 to 7 small payments in within a day, then one transfer out: a present bought together. */
function fanIn(bank: BankProfile, account: Account): readonly GeneratedRow[] {
  const { random } = account;
  const start = random.between(0, (DAYS - 2) * DAY);
  const incoming = Array.from({ length: random.whole(3, 7) }, () => ({
    ...plain(bank, { account, at: Math.floor(start + random.between(0, DAY)) }, 'P2P' as const),
    direction: 'in' as const,
    counterparty: newPayee(random),
    amount: random.between(15, 60),
  }));
  const out = {
    ...plain(
      bank,
      { account, at: Math.floor(start + DAY + random.between(0, 12 * HOUR)) },
      'TRANSFER' as const,
    ),
    counterparty: newPayee(random),
    amount: random.between(120, 270),
  };
  return [...incoming, out];
}

/** A row with nothing special: outgoing, at home, genuine. */
export function plain(bank: BankProfile, occasion: Occasion, channel: Channel): GeneratedRow {
  return {
    at: occasion.at,
    account: occasion.account.number,
    counterparty: '',
    terminal: '',
    category: '',
    channel,
    direction: 'out',
    country: bank.country,
    amount: 0,
    entryMode: '',
    isNewDevice: false,
    fraud: null,
  };
}

export function ecomEntry(random: Stream, withoutThreeDs: number): EntryMode {
  return random.happens(withoutThreeDs) ? 'ecom' : 'ecom3ds';
}

/** A usual amount; eight in a thousand are four to ten times as large. */
export function usualAmount(account: Account): number {
  const amount = Math.exp(account.logMean + account.random.normal(0, 0.7));
  return account.random.happens(0.008) ? amount * account.random.between(4, 10) : amount;
}

/** Places are numbered by popularity in the world, so their ids sort by it. */
function byPopularity(places: readonly Place[]): readonly Place[] {
  return places.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function favourite(random: Stream, places: readonly Place[], meanRank: number): Place {
  const place = places[Math.min(places.length - 1, Math.floor(random.exponential(meanRank)))];
  if (place === undefined) throw new RangeError('an account has favourite places');
  return place;
}

function isTravelling(account: Account, at: number): boolean {
  return account.trip !== null && at >= account.trip.from && at < account.trip.until;
}

function tripCountry(account: Account, bank: BankProfile): string {
  return account.trip?.country ?? bank.country;
}

const DEVICE_CHANNELS: ReadonlySet<Channel> = new Set(['ECOM', 'TRANSFER', 'P2P']);

/** A new device every 90 days, and on 1 % of the other rows that come from a device. */
function markNewDevices(account: Account, rows: readonly GeneratedRow[]): readonly GeneratedRow[] {
  const ordered = [...rows].sort((a, b) => a.at - b.at);
  return ordered.map((row) => {
    if (!DEVICE_CHANNELS.has(row.channel) || row.direction === 'in') return row;
    if (row.at >= account.nextDeviceAt) {
      account.nextDeviceAt = row.at + DEVICE_LIFE;
      return { ...row, isNewDevice: true };
    }
    return account.random.happens(0.01) ? { ...row, isNewDevice: true } : row;
  });
}

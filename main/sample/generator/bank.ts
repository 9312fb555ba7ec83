/** One bank of the sample: its profile and all its rows in time order. */
import { type BankProfile, COUNTRIES, createAccount, genuineRows } from './account.ts';
import { fraudRows } from './fraud.ts';
import { csvLine, DAY, type GeneratedRow, type LineContext, SAMPLE_COLUMNS } from './row.ts';
import { ACCOUNTS, createWorld, DAYS, type World } from './world.ts';

/** Midnight of day 0, UTC. */
export const SAMPLE_FIRST_DAY = '2026-01-05';
/** Złoty for one euro: a fixed public rate. */
const PLN_RATE = 4.3;

const AMOUNT_SHIFTS = [0, 0.15, -0.3, -0.1, 0.35] as const;
const CHANNEL_SHARES = [
  [0.58, 0.2, 0.1, 0.08, 0.04],
  [0.5, 0.28, 0.08, 0.09, 0.05],
  [0.35, 0.45, 0.04, 0.08, 0.08],
  [0.55, 0.22, 0.12, 0.08, 0.03],
  [0.45, 0.3, 0.06, 0.13, 0.06],
] as const;

export function bankProfile(index: number): BankProfile {
  const kind = index % COUNTRIES.length;
  const [pos, ecom, atm, transfer, p2p] = CHANNEL_SHARES[kind] ?? CHANNEL_SHARES[0];
  return {
    index,
    country: COUNTRIES[kind] ?? COUNTRIES[0],
    amountShift: AMOUNT_SHIFTS[kind] ?? 0,
    channels: [
      ['POS', pos],
      ['ECOM', ecom],
      ['ATM', atm],
      ['TRANSFER', transfer],
      ['P2P', p2p],
    ],
  };
}

/** All rows of one bank in time order; ties in the order of generation. */
export function bankRows(world: World, profile: BankProfile): readonly GeneratedRow[] {
  const accounts = Array.from({ length: ACCOUNTS }, (_, n) => createAccount(world, profile, n));
  const rows = accounts.flatMap((account) => genuineRows(world, profile, account));
  rows.push(...fraudRows(world, profile, accounts));
  return rows.filter((row) => row.at >= 0 && row.at < DAYS * DAY).sort((a, b) => a.at - b.at);
}

/** The bank's file as lines, header first: same seed, same bytes, whatever other banks there are. */
export function* bankFile(seed: number, index: number): Generator<string> {
  const profile = bankProfile(index);
  const isPolish = profile.country === 'PL';
  const context: Omit<LineContext, 'number'> = {
    bankId: `B${String(index)}`,
    firstDay: Date.parse(`${SAMPLE_FIRST_DAY}T00:00:00Z`),
    currency: isPolish ? 'PLN' : 'EUR',
    rate: isPolish ? PLN_RATE : 1,
  };
  yield `${SAMPLE_COLUMNS.join(',')}\n`;
  let number = 0;
  for (const row of bankRows(createWorld(seed), profile)) {
    number++;
    yield `${csvLine(row, { ...context, number })}\n`;
  }
}

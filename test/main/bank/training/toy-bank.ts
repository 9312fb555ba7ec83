/** A bank small enough for a test: rows whose fraud is learnable, under the charter presets with a small network. */
import { ConsortiumId } from '#shared/ids.ts';
import type { Charter, PrivacyUnit } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT, type RecipeName } from '#shared/round/presets.ts';
import { FeatureRows, type FeatureSet } from '#main/bank/features/feature-rows.ts';
import { publicNormal, publicRandom, type PublicRandom } from '#main/learning/model/public-random.ts';

const WIDTH = 21;
/** Every one has rows as soon as there are many. */
export const ACCOUNTS = 97;
const DAY = 86_400_000;

export interface ToySize {
  readonly train: number;
  readonly test: number;
  readonly seed?: number;
}

/** Fraud, one row in eight, moves the first three inputs. */
export function toySplit({ train, test, seed = 1 }: ToySize): FeatureSet {
  const random = publicRandom(seed);
  return {
    train: rows(random, train, { from: REFERENCE_SPLIT.trainFrom, days: 84 }),
    test: rows(random, test, { from: REFERENCE_SPLIT.testFrom, days: 28 }),
  };
}

function rows(
  random: PublicRandom,
  count: number,
  span: { readonly from: string; readonly days: number },
): FeatureRows {
  const y = Uint8Array.from({ length: count }, () => (random.next() % 8 === 0 ? 1 : 0));
  const x = new Float32Array(new SharedArrayBuffer(4 * WIDTH * count));
  for (let i = 0; i < x.length; i++) {
    const isMoved = i % WIDTH < 3 && y[Math.floor(i / WIDTH)] === 1;
    x[i] = publicNormal(random) + (isMoved ? 2 : 0);
  }
  const start = Date.parse(`${span.from}T00:00:00Z`);
  const occurredAt = Float64Array.from(
    { length: count },
    (_, row) => start + (row / count) * span.days * DAY,
  );
  const accountIndex = Uint32Array.from({ length: count }, () => random.next() % ACCOUNTS);
  const rowNo = Uint32Array.from({ length: count }, (_, row) => row + 1);
  return FeatureRows.parse({ rows: count, width: WIDTH, x, y, occurredAt, accountIndex, rowNo });
}

export interface ToyCharter {
  readonly recipe: RecipeName;
  readonly rounds?: number;
  readonly noiseMultiplier?: number;
  readonly unit?: PrivacyUnit;
}

export function toyCharter(choice: ToyCharter): Charter {
  const { recipe, rounds = 10, noiseMultiplier = 1.3, unit = 'transaction' } = choice;
  const charter = presetCharter({
    consortium: { id: ConsortiumId.parse('con_00000000000000000000000000'), name: 'Toys' },
    title: 'toy run',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe,
    rounds,
    noiseMultiplier,
    unit,
  });
  return { ...charter, model: { ...charter.model, layers: [WIDTH, 16, 8, 1], outputBias: -2 } };
}

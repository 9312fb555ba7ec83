/** Charters of a small network for the recipe tests. */
import { ConsortiumId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT, type RecipeName } from '#shared/round/presets.ts';

export const LAYERS = [3, 5, 1];
export const PARAMETERS = 26;

export function charterOf(recipe: RecipeName, noiseMultiplier: number, rounds?: number): Charter {
  const charter = presetCharter({
    consortium: { id: ConsortiumId.parse(`con_${'0'.repeat(26)}`), name: 'Test' },
    title: 'Test run',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe,
    noiseMultiplier,
    participation: { largestTier: 4096 },
    ...(rounds === undefined ? {} : { rounds }),
  });
  return { ...charter, model: { ...charter.model, layers: LAYERS } };
}

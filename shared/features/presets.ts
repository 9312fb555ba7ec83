/** The feature presets that a charter can name. */
import type { FeaturePresetName } from '../round/charter.ts';
import { cardV1 } from './card-v1.ts';
import { cardV2 } from './card-v2.ts';
import type { FeaturePreset } from './preset.ts';

export const FEATURE_PRESETS: Readonly<Record<FeaturePresetName, FeaturePreset>> = {
  'card-v1': cardV1,
  'card-v2': cardV2,
};

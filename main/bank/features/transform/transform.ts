/** The transform of each preset. */
import type { FeaturePresetName } from '#shared/round/charter.ts';
import { createCardV1 } from './card-v1.ts';
import { createCardV2 } from './card-v2.ts';
import type { FeatureTransform, TransformInput } from './columns.ts';

export function createTransform(preset: FeaturePresetName, input: TransformInput): FeatureTransform {
  switch (preset) {
    case 'card-v1':
      return createCardV1(input);
    case 'card-v2':
      return createCardV2(input);
  }
}

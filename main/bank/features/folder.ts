/** Where a preset's computed blocks stand: beside the store that they were computed from. */
import path from 'node:path';
import type { FeaturePresetName } from '#shared/round/charter.ts';

export function featureFolder(storeFile: string, preset: FeaturePresetName): string {
  return path.join(path.dirname(storeFile), 'features', preset);
}

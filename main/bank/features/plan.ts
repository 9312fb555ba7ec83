/** Decides what of a feature set has to be computed: nothing, the new rows, or all. Pure. */
import type { FeaturePreset } from '#shared/features/preset.ts';
import type { DataVersion } from '#main/bank/store/data-versions.ts';
import type { FeatureManifest } from './manifest.ts';

export type FeaturePlan =
  | { readonly kind: 'current' }
  /** Only rows after `lastAt`; what is there stays. */
  | { readonly kind: 'append'; readonly lastAt: number; readonly manifest: FeatureManifest }
  | { readonly kind: 'recompute'; readonly reason: RecomputeReason };

export type RecomputeReason =
  | 'first-time'
  | 'preset-changed'
  /** Which payments are foreign is another matter from the first row on. */
  | 'home-country-changed'
  /** The manifest's data version is not one of this store: a backup was restored. */
  | 'other-data'
  /** Older rows came in, or a label became known at a time that is computed already. */
  | 'past-changed';

export interface PlanInput {
  readonly preset: FeaturePreset;
  readonly manifest: FeatureManifest | undefined;
  readonly current: DataVersion;
  /** As stated now. */
  readonly homeCountry: string | null;
  /** The store's record of the data version that the manifest names. */
  readonly recorded: DataVersion | undefined;
  /** Earliest time (UTC milliseconds) changed since the manifest's data version. */
  readonly changedFrom: number | undefined;
}

export function planFeatures(input: PlanInput): FeaturePlan {
  const { preset, manifest, current, homeCountry, recorded, changedFrom } = input;
  if (manifest === undefined) return { kind: 'recompute', reason: 'first-time' };
  if (manifest.preset !== preset.name || manifest.presetVersion !== preset.version) {
    return { kind: 'recompute', reason: 'preset-changed' };
  }
  if (manifest.homeCountry !== homeCountry) return { kind: 'recompute', reason: 'home-country-changed' };
  if (recorded?.lastRowNo !== manifest.lastRowNo || recorded.lastAt !== manifest.lastAt) {
    return { kind: 'recompute', reason: 'other-data' };
  }
  if (changedFrom === undefined || current.version === manifest.dataVersion) return { kind: 'current' };
  return changedFrom > manifest.lastAt
    ? { kind: 'append', lastAt: manifest.lastAt, manifest }
    : { kind: 'recompute', reason: 'past-changed' };
}

/** What a feature preset is: a public, fixed list of inputs that a charter names. Nothing in it is fitted on data. */
import type { FeaturePresetName } from '../round/charter.ts';
import type { CanonicalColumn } from './data-view.ts';

export interface FeatureInput {
  /** In words, for reasons and tables. */
  readonly name: string;
  /** Unit of the figure before its scaling. */
  readonly unit: 'amount' | 'amount ratio' | 'rows' | 'share' | 'hours' | 'yes/no';
  /** The scaling as it is computed; constants are the preset's. */
  readonly scaling: string;
  /** Without one of these columns the input stays at its neutral value. */
  readonly columns: readonly CanonicalColumn[];
}

export interface FeaturePreset {
  readonly name: FeaturePresetName;
  /** Raised whenever a computed value could change: blocks of another version are computed anew. */
  readonly version: number;
  readonly inputs: readonly FeatureInput[];
  /** A file without one of these can't be used with this preset. */
  readonly requiredColumns: readonly CanonicalColumn[];
  /** How far back a row can reach: what an append reads again before its first new row. */
  readonly horizonDays: number;
}

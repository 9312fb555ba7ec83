/** The slices of `prove privacy`, in the order in which they run. A new one is registered here. */
import type { PrivacySlice } from './slice.ts';

export const SLICES: readonly PrivacySlice[] = [];

/** The slices of `prove privacy`, in the order in which they run. A new one is registered here. */
import { gate } from './gate.ts';
import { canary } from './canary.ts';
import { bitFlips } from './bit-flips.ts';
import { kill } from './kill.ts';
import { leaks } from './leaks.ts';
import { noise } from './noise.ts';
import { pack } from './pack.ts';
import { powerCut } from './power-cut.ts';
import type { PrivacySlice } from './slice.ts';

export const SLICES: readonly PrivacySlice[] = [gate, kill, powerCut, bitFlips, canary, noise, leaks, pack];

/** The update as the hub sees it: every field that travels with its meaning, and the first numbers of each vector. Pure. */
import type { z } from 'zod';
import type { UpdateHeader } from '#shared/contract/federation.ts';
import type { ReviewView } from '#shared/round/review-view.ts';
import { heldVectors, layoutOf } from './held.ts';
import type { RoundContext } from './round-context.ts';
import type { HeldUpdate } from './store.ts';

type WireField = z.infer<typeof ReviewView>['wire'][number];
type WireSample = z.infer<typeof ReviewView>['wireSample'][number];

/** Exhaustive by type: a new field of the header needs its meaning here. */
const MEANINGS: Readonly<Record<keyof UpdateHeader, string>> = {
  consortiumId: 'The consortium that this update is for',
  runId: 'The run that it is for',
  roundId: 'The round that it is for; it counts in no other',
  bankId: 'This bank, as the operator listed it',
  updateId: 'Names these bytes, so that a retry is not counted twice',
  charterHash: 'The charter that both sides signed',
  baseHash: 'The model that the local steps started from',
  payloadHash: 'SHA-256 of the numbers that follow',
  byteLength: 'How many bytes follow; the same for every bank',
};

export function wireFields(held: HeldUpdate): WireField[] {
  const fields = (Object.keys(MEANINGS) as (keyof UpdateHeader)[]).map((field) => ({
    field,
    value: String(held.header[field]),
    meaning: MEANINGS[field],
  }));
  const signature = {
    field: 'signature',
    value: 'Ed25519, made with the release',
    meaning: "This bank's signature over all fields above",
  };
  const payload = {
    field: 'payload',
    value: `${String(held.header.byteLength)} bytes`,
    meaning: 'Whole numbers on the agreed grid, all functions of noised sums and counts',
  };
  return [...fields, signature, payload];
}

const SAMPLE_NUMBERS = 8;

export function wireSample(held: HeldUpdate, charter: RoundContext['charter']): WireSample[] {
  const vectors = heldVectors(layoutOf({ charter, index: held.index }), held.payload) ?? [];
  return vectors.map(({ name, gridStep, integers }) => ({
    vector: name,
    gridStep,
    first: [...integers.subarray(0, SAMPLE_NUMBERS)],
  }));
}

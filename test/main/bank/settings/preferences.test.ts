import { expect, it } from 'vitest';
import { createPreferences } from '#main/bank/settings/preferences.ts';
import { DEFAULT_POLICY } from '#main/bank/settings/policy.ts';
import type { SettingStore } from '#main/bank/settings/store.ts';

/** Settings as JSON by name, as the store keeps them. */
function settingsOf(kept: Record<string, unknown>): SettingStore {
  return {
    read: (name, schema) => (name in kept ? schema.parse(kept[name]) : undefined),
    write: (name, value) => void (kept[name] = value),
  };
}

it('gives a policy of an earlier version the defaults of the floors that it did not know', () => {
  const { maximumEpsilonInTotal, maximumWeightShare, ...known } = DEFAULT_POLICY;
  const kept = { ...known, maximumEpsilonPerRound: 0.7, aFloorThatIsGone: 3 };
  const preferences = createPreferences(settingsOf({ 'local-policy': kept }));
  expect(preferences.policy()).toEqual({
    ...known,
    maximumEpsilonPerRound: 0.7,
    maximumEpsilonInTotal,
    maximumWeightShare,
  });
});

it('forgets a change that its transaction took back', () => {
  const kept: Record<string, unknown> = {};
  const preferences = createPreferences(settingsOf(kept));
  preferences.setPolicy({ ...DEFAULT_POLICY, minimumCohort: 9 });
  delete kept['local-policy'];
  expect(preferences.policy()).toEqual(DEFAULT_POLICY);
});

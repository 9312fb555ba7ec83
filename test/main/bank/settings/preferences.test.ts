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

function secretsOf(kept: Map<string, Uint8Array>) {
  return {
    read: (name: string) => kept.get(name),
    write: (name: string, value: Uint8Array) => void kept.set(name, value),
  };
}

it('gives a policy of an earlier version the defaults of the floors that it did not know', () => {
  const { maximumEpsilonInTotal, maximumWeightShare, ...known } = DEFAULT_POLICY;
  const kept = { ...known, maximumEpsilonPerRound: 0.7, aFloorThatIsGone: 3 };
  const preferences = createPreferences(settingsOf({ 'local-policy': kept }), secretsOf(new Map()));
  expect(preferences.policy()).toEqual({
    ...known,
    maximumEpsilonPerRound: 0.7,
    maximumEpsilonInTotal,
    maximumWeightShare,
  });
});

it('forgets a floor that was lowered where its transaction took that back, and keeps one that was raised', () => {
  const kept: Record<string, unknown> = {};
  const preferences = createPreferences(settingsOf(kept), secretsOf(new Map()));
  preferences.setPolicy({ ...DEFAULT_POLICY, minimumCohort: 9, undoSeconds: 0 });
  delete kept['local-policy'];
  expect(preferences.policy()).toEqual({ ...DEFAULT_POLICY, minimumCohort: 9 });
});

it('takes no lower floor from the file alone: edited before anything was set, edited later, or brought back', () => {
  const kept: Record<string, unknown> = {};
  const secrets = secretsOf(new Map());
  const open = () => createPreferences(settingsOf(kept), secrets);
  expect(open().policy()).toEqual(DEFAULT_POLICY);
  kept['local-policy'] = { ...DEFAULT_POLICY, allowRunsWithoutNoise: true, minimumCohort: 1 };
  expect(open().policy()).toEqual(DEFAULT_POLICY);
  const stricter = { ...DEFAULT_POLICY, maximumEpsilonPerRun: 1, minimumNoiseMultiplier: 1 };
  open().setPolicy(stricter);
  const older = { ...DEFAULT_POLICY, minimumCohort: 5 };
  kept['local-policy'] = older;
  expect(open().policy()).toEqual({ ...stricter, minimumCohort: 5 });
  const looser = { ...DEFAULT_POLICY, maximumEpsilonPerRun: 20 };
  open().setPolicy(looser);
  expect(open().policy()).toEqual(looser);
});

it('takes no standing policy from the file alone: edited, brought back, or agreed otherwise', () => {
  const limits = {
    minimumNoiseRatio: 0.9,
    maximumNoiseRatio: 2,
    minimumCosine: -1,
    maximumEpsilonPerRound: 1,
  };
  const on = { kind: 'on', rounds: 5, limits } as const;
  const kept: Record<string, unknown> = { 'standing-policy': on };
  const secrets = secretsOf(new Map());
  const open = () => createPreferences(settingsOf(kept), secrets);
  expect(open().standing()).toEqual({ kind: 'off' });
  open().setStanding(on);
  expect(open().standing()).toEqual(on);
  kept['standing-policy'] = { ...on, limits: { ...limits, maximumEpsilonPerRound: 9 } };
  expect(open().standing()).toEqual({ kind: 'off' });
  open().setStanding({ kind: 'off' });
  kept['standing-policy'] = on;
  expect(open().standing()).toEqual({ kind: 'off' });
});

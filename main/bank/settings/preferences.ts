/** Who the bank is and how it wants to work: names, local policy, standing policy, engine. */
import { z } from 'zod';
import { AppState, LocalPolicy, StandingPolicy } from '#shared/contract/bank.ts';
import { digestOf } from '#main/wire/identity.ts';
import type { Secrets } from '#main/platform/ports.ts';
import { FailureError } from '#shared/failure.ts';
import { stricterPolicy } from '#shared/privacy/policy-change.ts';
import { DEFAULT_POLICY } from './policy.ts';
import type { SettingStore } from './store.ts';

const Profile = z.strictObject({ bankName: z.string(), analyst: z.string() });
export type Profile = z.infer<typeof Profile>;

export const EngineChoice = AppState.shape.engine.shape.choice;
export type EngineChoice = z.infer<typeof EngineChoice>;

/** As an earlier version wrote it: a floor that it did not know has its default. */
const KeptPolicy = z.object(LocalPolicy.shape).partial().transform(withoutUndefined);

function withoutUndefined(kept: { readonly [K in keyof LocalPolicy]?: LocalPolicy[K] | undefined }) {
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

export interface Preferences {
  profile(): Profile | undefined;
  /** Throws `not-set-up`. */
  requireProfile(): Profile;
  /** The bank's name stays; the analyst may change. Throws `already-set-up` for another bank name. */
  setProfile(profile: Profile): void;
  policy(): LocalPolicy;
  setPolicy(policy: LocalPolicy): void;
  standing(): StandingPolicy;
  setStanding(policy: StandingPolicy): void;
  engineChoice(): EngineChoice;
  setEngineChoice(choice: EngineChoice): void;
}

/** In the key store: the digest of the standing policy that people switched on, and the floors as people set them. */
const AGREED = 'standing-policy';
const FLOORS = 'local-policy';

/**
 * What was edited in the store's file, or came back with an older copy of it, loosens nothing: a standing policy that people
 * did not switch on is off, and of each floor the higher one holds, the file's or the one kept in the key store.
 */
export function createPreferences(
  store: SettingStore,
  secrets: Pick<Secrets, 'read' | 'write'>,
): Preferences {
  const profile = (): Profile | undefined => store.read('profile', Profile);
  // Asked for in every round: parsed at the first use and after each change, which its transaction may still undo.
  let policy: LocalPolicy | undefined;
  let standing: StandingPolicy | undefined;
  const inFile = (): LocalPolicy => ({ ...DEFAULT_POLICY, ...store.read('local-policy', KeptPolicy) });
  const floors = keptFloors(secrets, inFile);
  return {
    profile,
    requireProfile: () => {
      const known = profile();
      if (known === undefined) throw new FailureError('not-set-up', 'This store has no bank yet');
      return known;
    },
    setProfile: (next) => {
      const known = profile();
      if (known !== undefined && known.bankName !== next.bankName)
        throw new FailureError('already-set-up', `This store belongs to ${known.bankName}`);
      store.write('profile', next);
    },
    policy: () => (policy ??= stricterPolicy(inFile(), floors.read())),
    setPolicy: (next) => {
      floors.write(next);
      store.write('local-policy', next);
      policy = undefined;
    },
    standing: () => (standing ??= agreedOnly(store.read('standing-policy', StandingPolicy), secrets)),
    setStanding: (next) => {
      secrets.write(AGREED, new TextEncoder().encode(agreementOf(next)));
      store.write('standing-policy', next);
      standing = undefined;
    },
    engineChoice: () => store.read('engine', EngineChoice) ?? 'automatic',
    setEngineChoice: (choice) => {
      store.write('engine', choice);
    },
  };
}

/** A damaged one throws: without it a lowered floor could not be told from the right one. */
function keptFloors({ read, write }: Pick<Secrets, 'read' | 'write'>, inFile: () => LocalPolicy) {
  const kept = read(FLOORS);
  let known: LocalPolicy | undefined;
  if (kept !== undefined)
    known = { ...DEFAULT_POLICY, ...KeptPolicy.parse(JSON.parse(new TextDecoder().decode(kept))) };
  const keep = (policy: LocalPolicy): LocalPolicy => {
    write(FLOORS, new TextEncoder().encode(JSON.stringify(policy)));
    return (known = policy);
  };
  // From the first start on, so that the file is not the only witness before a person sets a floor.
  known ??= keep(inFile());
  return { read: () => known ?? DEFAULT_POLICY, write: keep };
}

function agreedOnly(stored: StandingPolicy | undefined, { read }: Pick<Secrets, 'read'>): StandingPolicy {
  if (stored === undefined || stored.kind === 'off') return { kind: 'off' };
  const agreed = read(AGREED);
  const isAgreed = agreed !== undefined && new TextDecoder().decode(agreed) === agreementOf(stored);
  return isAgreed ? stored : { kind: 'off' };
}

function agreementOf(policy: StandingPolicy): string {
  return policy.kind === 'off' ? 'off' : digestOf({ ...policy, limits: { ...policy.limits } });
}

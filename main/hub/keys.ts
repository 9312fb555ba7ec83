/** The hub's two keys: the operator's, which signs members and plans, and the hub's own, which signs what it publishes. */
import { FailureError } from '#shared/failure.ts';
import type { ConsortiumId } from '#shared/ids.ts';
import type { Random, Secrets } from '#main/platform/ports.ts';
import type { HubIdentity } from '#main/wire/handshake.ts';
import { type KeyPair, keyPairFromSeed, newKeySeed, signStatement } from '#main/wire/identity.ts';

export interface HubKeys {
  readonly operator: KeyPair;
  readonly hub: KeyPair;
}

export interface KeySource {
  readonly secrets: Secrets;
  readonly random: Random;
  /** Banks know this hub's keys already: others would be another hub. */
  readonly isFounded: boolean;
}

/** Made at the first use and kept in Secrets for ever. Throws 'store-damaged' when a founded hub has lost them. */
export function loadHubKeys(source: KeySource): HubKeys {
  return { operator: loadKey('operator-key', source), hub: loadKey('hub-key', source) };
}

function loadKey(name: string, { secrets, random, isFounded }: KeySource): KeyPair {
  const kept = secrets.read(name);
  if (kept !== undefined) return keyPairFromSeed(kept);
  if (isFounded)
    throw new FailureError('store-damaged', `The ${name} of this hub is gone: restore its folder of keys`);
  const seed = newKeySeed(random);
  secrets.write(name, seed);
  return keyPairFromSeed(seed);
}

export function hubIdentity(
  keys: HubKeys,
  consortium: { readonly id: ConsortiumId; readonly name: string },
): HubIdentity {
  const document = { consortiumId: consortium.id, hubKey: keys.hub.publicKey };
  return {
    consortiumId: consortium.id,
    consortiumName: consortium.name,
    operatorKey: keys.operator.publicKey,
    hub: keys.hub,
    hubKeySignature: signStatement(keys.operator.privateKey, 'hub-key', document),
  };
}

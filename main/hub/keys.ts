/** The hub's two keys: the operator's, which signs members and plans, and the hub's own, which signs what it publishes. */
import type { ConsortiumId } from '#shared/ids.ts';
import type { Random, Secrets } from '#main/platform/ports.ts';
import type { HubIdentity } from '#main/wire/handshake.ts';
import { type KeyPair, keyPairFromSeed, newKeySeed, signStatement } from '#main/wire/identity.ts';

export interface HubKeys {
  readonly operator: KeyPair;
  readonly hub: KeyPair;
}

/** Made at the first use and kept in Secrets for ever: banks trust these very keys. */
export function loadHubKeys(secrets: Secrets, random: Random): HubKeys {
  return { operator: loadKey('operator-key', secrets, random), hub: loadKey('hub-key', secrets, random) };
}

function loadKey(name: string, secrets: Secrets, random: Random): KeyPair {
  const kept = secrets.read(name);
  if (kept !== undefined) return keyPairFromSeed(kept);
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

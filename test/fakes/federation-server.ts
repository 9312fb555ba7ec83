/** A federation server whose handlers answer with empty or given results: for tests of the wire alone. */
import type { FederationHandlers } from '#main/wire/connections.ts';
import {
  serveFederation,
  type FederationServer,
  type FederationServerOptions,
} from '#main/wire/federation-server.ts';
import type { HubIdentity } from '#main/wire/handshake.ts';
import { keyPairFromSeed, newKeySeed, signStatement, type KeyPair } from '#main/wire/identity.ts';
import { FailureError } from '#shared/failure.ts';
import { ConsortiumId } from '#shared/ids.ts';
import { newId, systemRandom } from '#main/platform/random.ts';
import { realClock } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { seededRandom } from './random.ts';

export interface TestHubKeys {
  readonly operator: KeyPair;
  readonly identity: HubIdentity;
}

export function testHubKeys(seed: number): TestHubKeys {
  const random = seededRandom(seed);
  const operator = keyPairFromSeed(newKeySeed(random));
  const hub = keyPairFromSeed(newKeySeed(random));
  const consortiumId = newId(random, 'con', ConsortiumId);
  const hubKeySignature = signStatement(operator.privateKey, 'hub-key', {
    consortiumId,
    hubKey: hub.publicKey,
  });
  const identity = {
    consortiumId,
    consortiumName: 'Test',
    operatorKey: operator.publicKey,
    hub,
    hubKeySignature,
  };
  return { operator, identity };
}

const absent = (): never => {
  throw new FailureError('not-found', 'Not in this test');
};

export const emptyHandlers: FederationHandlers = {
  enrol: absent,
  pull: () => ({ version: 7, membership: 'member', roster: [], runs: [], ownLedgerHead: null }),
  runPlan: absent,
  joinRun: () => ({}),
  leaveRun: () => ({}),
  joinRound: () => ({}),
  declineRound: () => ({}),
  anchorLedger: ({ anchored }) => anchored,
  offerUpdate: () => ({ kind: 'none' }),
  sendChunk: () => ({ kind: 'none' }),
  roundResult: absent,
  blob: ({ offset }) => ({ totalBytes: offset, bytes: new Uint8Array(0) }),
};

export function testHubOptions(keys: TestHubKeys): FederationServerOptions {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    identity: keys.identity,
    handlers: emptyHandlers,
    standingOf: () => ({ membership: 'member', bankId: null }),
    onPresence: () => undefined,
    onBug: () => 'bug',
    clock: realClock,
    random: systemRandom,
    log: silentLog,
  };
}

export function serveTestHub(
  keys: TestHubKeys,
  overrides: Partial<FederationServerOptions> = {},
): Promise<FederationServer> {
  return serveFederation({ ...testHubOptions(keys), ...overrides });
}

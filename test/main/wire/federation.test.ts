import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';
import { realClock, sleep } from '#main/platform/clock.ts';
import { silentLog } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import {
  connectFederation,
  type FederationClient,
  type FederationClientOptions,
} from '#main/wire/federation-client.ts';
import { serveFederation, type FederationServer } from '#main/wire/federation-server.ts';
import { keyPairFromSeed, newKeySeed, signStatement } from '#main/wire/identity.ts';
import { FEDERATION_PROTOCOL } from '#shared/contract/federation.ts';
import { ConsortiumId } from '#shared/ids.ts';
import { newId } from '#main/platform/random.ts';
import { emptyHandlers, serveTestHub, testHubKeys, testHubOptions } from '../../fakes/federation-server.ts';
import { seededRandom } from '../../fakes/random.ts';

const keys = testHubKeys(1);
const bank = keyPairFromSeed(newKeySeed(seededRandom('bank')));
const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function hub(overrides: Parameters<typeof serveTestHub>[1] = {}): Promise<FederationServer> {
  const server = await serveTestHub(keys, overrides);
  opened.push(server);
  return server;
}

function connect(address: string, overrides: Partial<FederationClientOptions> = {}): FederationClient {
  const client = connectFederation({
    address,
    identity: bank,
    connectTimeoutMs: 2000,
    clock: realClock,
    random: systemRandom,
    log: silentLog,
    ...overrides,
  });
  opened.push(client);
  return client;
}

async function rawSocket(address: string): Promise<Socket> {
  const socket = io(address, { transports: ['websocket'], reconnection: false, forceNew: true });
  opened.push(socket);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return socket;
}

const call = (socket: Socket, ...args: unknown[]): Promise<unknown> =>
  socket.timeout(2000).emitWithAck('call', ...args) as Promise<unknown>;

const hello = (nonce = 'ab'.repeat(32)) => ({
  protocol: FEDERATION_PROTOCOL,
  publicKey: bank.publicKey,
  nonce,
});

describe('the handshake', () => {
  it('connects, proves both keys and answers', async () => {
    const server = await hub();
    const client = connect(server.address, { operatorKey: keys.operator.publicKey });
    expect((await client.pull({})).version).toBe(7);
    expect(await client.session()).toMatchObject({
      membership: 'member',
      hubKey: keys.identity.hub.publicKey,
    });
  });

  it('refuses a hub of another operator before anything is sent', async () => {
    const server = await hub();
    const client = connect(server.address, { operatorKey: testHubKeys(2).operator.publicKey });
    await expect(client.pull({})).rejects.toMatchObject({ code: 'signature-invalid' });
  });

  it('refuses a hub of another consortium', async () => {
    const server = await hub();
    const consortiumId = newId(seededRandom(5), 'con', ConsortiumId);
    await expect(connect(server.address, { consortiumId }).pull({})).rejects.toMatchObject({
      code: 'signature-invalid',
    });
  });

  it('refuses a hub key that the operator did not sign', async () => {
    const forged = { ...keys.identity, hub: testHubKeys(3).identity.hub };
    const server = await hub({ identity: forged });
    await expect(connect(server.address).pull({})).rejects.toMatchObject({ code: 'signature-invalid' });
  });

  it('refuses another protocol version by name', async () => {
    const socket = await rawSocket((await hub()).address);
    const reply = await call(socket, 'hello', { ...hello(), protocol: 'parley/federation/0' });
    expect(reply).toMatchObject({ kind: 'failure', failure: { code: 'protocol-mismatch' } });
  });

  it('refuses a greeting replayed on another connection', async () => {
    const { address } = await hub();
    const first = await rawSocket(address);
    const greeted = (await call(first, 'hello', hello())) as { value: { nonce: string } };
    const greeting = {
      consortiumId: keys.identity.consortiumId,
      hubKey: keys.identity.hub.publicKey,
      bankKey: bank.publicKey,
      bankNonce: hello().nonce,
      hubNonce: greeted.value.nonce,
    };
    const signature = signStatement(bank.privateKey, 'bank-greeting', greeting);
    expect(await call(first, 'authenticate', { signature })).toMatchObject({ kind: 'ok' });
    const second = await rawSocket(address);
    await call(second, 'hello', hello());
    expect(await call(second, 'authenticate', { signature })).toMatchObject({
      failure: { code: 'signature-invalid' },
    });
    expect(await call(second, 'pull', {})).toMatchObject({ failure: { code: 'wrong-usage' } });
  });

  it('disconnects a peer that does not authenticate in time', async () => {
    const socket = await rawSocket((await hub({ limits: { handshakeMs: 60 } })).address);
    await once(socket as unknown as NodeJS.EventEmitter, 'disconnect');
    expect(socket.connected).toBe(false);
  });

  it('holds no more unauthenticated connections than its limit', async () => {
    const server = await hub({ limits: { mostStrangers: 2 } });
    await rawSocket(server.address);
    await rawSocket(server.address);
    await expect(connect(server.address, { connectTimeoutMs: 200 }).pull({})).rejects.toMatchObject({
      code: 'hub-unreachable',
    });
  });

  it('keeps one connection a key, the newest', async () => {
    const server = await hub();
    const first = connect(server.address);
    await first.pull({});
    const second = connect(server.address);
    await second.pull({});
    expect(server.connections.count()).toBe(1);
  });

  it('does not listen beyond this machine without TLS', async () => {
    await expect(hub({ listen: { host: '0.0.0.0', port: 0 } })).rejects.toMatchObject({
      code: 'hub-not-loopback',
    });
  });
});

describe('calls', () => {
  it('turns a throw in a handler into a reply and goes on', async () => {
    const server = await hub({
      handlers: {
        ...emptyHandlers,
        joinRun: () => {
          throw new TypeError('a bug');
        },
        blob: () => Promise.reject(new TypeError('another')),
      },
    });
    const client = connect(server.address);
    const digest = '00'.repeat(32);
    await expect(client.blob({ digest, offset: 0 })).rejects.toMatchObject({ code: 'internal' });
    expect((await client.pull({})).version).toBe(7);
  });

  it('refuses unknown methods, unknown fields and prototype names', async () => {
    const server = await hub();
    const socket = await rawSocket(server.address);
    for (const method of ['toString', '__proto__', 'nothing', 'x'.repeat(500), 7, null])
      expect(await call(socket, method, {})).toMatchObject({ kind: 'failure' });
    const unknownField = await call(socket, 'hello', { ...hello(), rows: 12 });
    expect(unknownField).toMatchObject({ failure: { code: 'invalid-input' } });
  });

  it('survives calls without acknowledgement, odd arguments and stray events', async () => {
    const server = await hub();
    const socket = await rawSocket(server.address);
    for (const args of [[], [null], ['pull'], ['pull', {}, 'no function'], [{}, {}, {}]])
      socket.emit('call', ...args);
    socket.emit('pull', {});
    socket.emit('error', 'x');
    expect((await connect(server.address).pull({})).version).toBe(7);
  });

  it('closes a connection whose message exceeds the frame limit, and only that one', async () => {
    const server = await hub();
    const client = connect(server.address);
    await client.pull({});
    const socket = await rawSocket(server.address);
    const gone = once(socket as unknown as NodeJS.EventEmitter, 'disconnect');
    socket.emit('call', 'hello', new Uint8Array(200_000));
    await gone;
    expect((await client.pull({})).version).toBe(7);
  });

  it('limits the rate of calls, and the client waits and goes on', async () => {
    const server = await hub({ limits: { callsBurst: 4, callsPerSecond: 20 } });
    const client = connect(server.address);
    const versions = await Promise.all(
      Array.from({ length: 6 }, async () => (await client.pull({})).version),
    );
    expect(versions).toEqual([7, 7, 7, 7, 7, 7]);
    const socket = await rawSocket(server.address);
    const replies = await Promise.all(Array.from({ length: 9 }, () => call(socket, 'pull', {})));
    expect(replies).toContainEqual(
      expect.objectContaining({ failure: expect.objectContaining({ code: 'rate-limited' }) as unknown }),
    );
  });
});

describe('reconnection', () => {
  it('comes back after the hub restarted, and says so', async () => {
    const server = await serveTestHub(keys);
    const port = Number(new URL(server.address).port);
    const client = connect(server.address, { connectTimeoutMs: 5000 });
    const states: string[] = [];
    client.onState((state) => states.push(state.kind));
    let signals = 0;
    client.subscribe(() => (signals += 1));
    await client.pull({});
    await server.close();
    await expect.poll(() => states.at(-1)).toBe('waiting');
    const next = await serveFederation({
      ...testHubOptions(keys),
      listen: { host: '127.0.0.1', port },
    });
    opened.push(next);
    expect((await client.pull({})).version).toBe(7);
    expect(states).toEqual(expect.arrayContaining(['connected', 'waiting', 'connecting']));
    expect(signals).toBe(2);
  });

  it('rejects what was under way when the connection ends', async () => {
    const server = await serveTestHub(keys, {
      handlers: { ...emptyHandlers, pull: () => new Promise(() => undefined) },
    });
    const client = connect(server.address);
    await client.session();
    const pending = client.pull({});
    const refused = expect(pending).rejects.toMatchObject({ code: 'hub-unreachable' });
    await sleep(realClock, 50);
    await server.close();
    await refused;
  });

  it('counts the bytes at the socket', async () => {
    const server = await hub();
    const client = connect(server.address);
    await client.session();
    const before = client.traffic();
    const input = { updateId: `upd_${'0'.repeat(26)}`, offset: 0, bytes: new Uint8Array(50_000) };
    await client.sendChunk(input);
    const after = client.traffic();
    expect(after.bytesUp - before.bytesUp).toBeGreaterThan(50_000);
    expect(after.bytesUp - before.bytesUp).toBeLessThan(50_400);
    expect(before.bytesDown).toBeGreaterThan(500);
  });
});

/** The consortium that this bank belongs to: invitation, enrolment, and the one connection to its hub. */
import { z } from 'zod';
import { fingerprint, signStatement } from '#main/wire/identity.ts';
import { openInvite } from '#main/wire/invite.ts';
import { errorFields } from '#main/platform/log.ts';
import type { Clock, Log, Random } from '#main/platform/ports.ts';
import type { connectFederation, FederationClient } from '#main/wire/federation-client.ts';
import type { HubLink } from '#shared/contract/bank.ts';
import { type FederationEvent, Membership } from '#shared/contract/federation.ts';
import type { Invite } from '#shared/contract/invite.ts';
import type { ConnectionState } from '#shared/contract/transport.ts';
import { type Failure, FailureError, isFailure } from '#shared/failure.ts';
import { BankId, ConsortiumId, PublicKeyHex, SignatureHex, UtcTime } from '#shared/ids.ts';
import type { HubSession } from '../rounds/rounds-ports.ts';
import type { BankKey } from './bank-key.ts';
import type { Preferences } from './preferences.ts';
import type { SettingStore } from './store.ts';

const Joined = z.strictObject({
  address: z.string(),
  consortium: z.strictObject({ id: ConsortiumId, name: z.string() }),
  operatorKey: PublicKeyHex,
  bankId: BankId,
  membership: Membership,
});
type Joined = z.infer<typeof Joined>;

/** A key that signed for the hub, with the operator's signature on it. */
const HubKey = z.strictObject({ hubKey: PublicKeyHex, operatorSignature: SignatureHex });
export type HubKey = z.infer<typeof HubKey>;

export interface ConsortiumOptions {
  readonly settings: SettingStore;
  readonly preferences: Preferences;
  readonly key: BankKey;
  readonly connect: typeof connectFederation;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The hub signalled, or the connection is new: pull. */
  readonly onSignal: (event: FederationEvent | undefined) => void;
  readonly onChanged: () => void;
}

export interface ConsortiumLink {
  /** Connects when a consortium was joined before. */
  start(): void;
  preview(pasted: string): Invite;
  /** Throws `invite-invalid`, `invite-used`, `already-set-up`, `hub-unreachable` or `signature-invalid`. */
  join(pasted: string): Promise<void>;
  joined(): Joined | undefined;
  /** Throws `not-set-up`. */
  required(): Joined;
  noteMembership(membership: Membership): void;
  session(): Promise<HubSession & { readonly calls: FederationClient }>;
  /** Every key that ever spoke for the hub here: what it signed stays checkable. */
  hubKeys(): readonly HubKey[];
  view(): HubLink;
  traffic(): { readonly bytesUp: number; readonly bytesDown: number };
  close(): void;
}

const SETTING = 'consortium';
const HUB_KEYS = 'hub-keys';

export function createConsortium(options: ConsortiumOptions): ConsortiumLink {
  const { settings, log } = options;
  let known = settings.read(SETTING, Joined);
  const connection = createConnection(options);
  const hubKeys = openHubKeys(settings);
  const save = (next: Joined): void => {
    settings.write(SETTING, next);
    known = next;
    options.onChanged();
  };
  const required = (): Joined => {
    if (known === undefined) throw new FailureError('not-set-up', 'This bank has joined no consortium yet');
    return known;
  };
  return {
    start: () => {
      if (known !== undefined) connection.open(known);
    },
    preview: openInvite,
    join: async (pasted) => {
      const invite = openInvite(pasted);
      if (known !== undefined && known.consortium.id !== invite.consortium.id)
        throw new FailureError('already-set-up', `This bank belongs to ${known.consortium.name}`);
      if (known !== undefined) return;
      const client = connection.open({ ...invite, consortium: invite.consortium });
      try {
        const standing = await enrol(client, invite, options);
        const { address, consortium, operatorKey } = invite;
        save({ address, consortium, operatorKey, ...standing });
        options.onSignal(undefined);
      } catch (error) {
        connection.close();
        log.warn('consortium.not-joined', isFailure(error) ? { code: error.code } : errorFields(error));
        throw error;
      }
    },
    joined: () => known,
    required,
    noteMembership: (membership) => {
      if (known !== undefined && known.membership !== membership) save({ ...known, membership });
    },
    session: async () => {
      const { consortium, operatorKey } = required();
      const client = connection.client();
      const { hubKey, hubKeySignature } = await client.session();
      hubKeys.note({ hubKey, operatorSignature: hubKeySignature });
      return { calls: client, trust: { consortiumId: consortium.id, operatorKey, hubKey } };
    },
    hubKeys: hubKeys.all,
    view: () => (known === undefined ? { kind: 'none' } : linkView(known, connection.view())),
    traffic: connection.traffic,
    close: connection.close,
  };
}

function openHubKeys(settings: SettingStore) {
  let known = settings.read(HUB_KEYS, z.array(HubKey)) ?? [];
  return {
    all: (): readonly HubKey[] => known,
    note: (key: HubKey): void => {
      if (known.some(({ hubKey }) => hubKey === key.hubKey)) return;
      known = [...known, key];
      settings.write(HUB_KEYS, known);
    },
  };
}

function linkView(
  { consortium, address, operatorKey, bankId, membership }: Joined,
  connection: ConnectionView,
): HubLink {
  const operatorFingerprint = fingerprint(operatorKey);
  return {
    kind: 'joined',
    consortium: consortium.name,
    address,
    operatorFingerprint,
    bankId,
    membership,
    connection,
  };
}

/** The code is used once: a bank whose first answer was lost is recognised by its key instead. */
async function enrol(
  client: FederationClient,
  { code, consortium }: Invite,
  { key, preferences }: ConsortiumOptions,
): Promise<Pick<Joined, 'bankId' | 'membership'>> {
  const session = await client.session();
  if (session.bankId !== null) return { bankId: session.bankId, membership: session.membership };
  const { publicKey, privateKey } = key.required();
  const { bankName } = preferences.requireProfile();
  const document = { consortiumId: consortium.id, code, bankName, publicKey };
  return client.enrol({ code, bankName, signature: signStatement(privateKey, 'enrolment', document) });
}

interface Target {
  readonly address: string;
  readonly consortium: { readonly id: ConsortiumId };
  readonly operatorKey: PublicKeyHex;
}

type ConnectionView = Extract<HubLink, { kind: 'joined' }>['connection'];

function createConnection(options: ConsortiumOptions) {
  const { clock } = options;
  let client: FederationClient | undefined;
  let state: ConnectionState = { kind: 'connecting' };
  let changedAtMs = clock.now();
  let lostAtMs: number | undefined;
  let failure: Failure | null = null;

  const note = (next: ConnectionState): void => {
    if (next.kind !== state.kind) changedAtMs = clock.now();
    if (next.kind === 'waiting') lostAtMs ??= next.sinceMs;
    if (next.kind === 'connected') {
      lostAtMs = undefined;
      failure = null;
    }
    state = next;
    options.onChanged();
  };
  const view = (): ConnectionView => {
    if (state.kind === 'connected') return { kind: 'connected', since: utc(changedAtMs) };
    if (lostAtMs === undefined) return { kind: 'connecting' };
    const retryInMs = state.kind === 'waiting' ? state.retryInMs : 0;
    return { kind: 'unreachable', since: utc(lostAtMs), retryInMs, failure };
  };
  const required = (): FederationClient => {
    if (client === undefined) throw new FailureError('hub-unreachable', 'There is no connection to a hub');
    return client;
  };
  return {
    open: (target: Target): FederationClient => {
      client?.close();
      const opened = options.connect({
        address: target.address,
        operatorKey: target.operatorKey,
        consortiumId: target.consortium.id,
        identity: options.key.required(),
        clock,
        random: options.random,
        log: options.log,
      });
      client = opened;
      opened.onState((next) => {
        note(next);
        // Why it does not connect: a hub of another operator or version says so at once.
        if (next.kind === 'waiting')
          opened.session().catch((error: unknown) => {
            if (isFailure(error)) failure = error.toFailure();
          });
      });
      opened.subscribe(options.onSignal);
      return opened;
    },
    client: required,
    view,
    traffic: () => client?.traffic() ?? { bytesUp: 0, bytesDown: 0 },
    close: () => {
      client?.close();
      client = undefined;
    },
  };
}

function utc(ms: number): UtcTime {
  return UtcTime.parse(new Date(ms).toISOString());
}

/** The operator's contract on top of the hub's parts. Every command leaves an audit entry. */
import type { Handlers } from '#shared/contract/define.ts';
import type { HubBank, HubContract, HubRound, HubRun, HubStatus } from '#shared/contract/hub.ts';
import { FailureError } from '#shared/failure.ts';
import { ConsortiumId, type PublicKeyHex, type RoundId, type RunId } from '#shared/ids.ts';
import { plannedRounds } from '#shared/round/charter.ts';
import type { HubRoundState } from '#shared/round/hub-round.ts';
import type { Random } from '#main/platform/ports.ts';
import { newId } from '#main/platform/random.ts';
import type { FederationServer } from '#main/wire/federation-server.ts';
import { fingerprint } from '#main/wire/identity.ts';
import type { Announcer } from './announcer.ts';
import type { HubKeys } from './keys.ts';
import { type Members, requireConsortium } from './members.ts';
import { signPlan } from './plans.ts';
import { loadRun, type OpenRun, requireOpen } from './rounds/open-run.ts';
import type { RunQuality } from './rounds/quality.ts';
import type { Rounds } from './rounds/rounds.ts';
import { cohortOf, committedIn } from './rounds/snapshot.ts';
import type { HubStore } from './store/store.ts';

export interface HubApiOptions {
  readonly version: string;
  readonly store: HubStore;
  readonly keys: HubKeys;
  readonly random: Random;
  readonly members: Members;
  readonly runs: Map<RunId, OpenRun>;
  readonly rounds: Rounds;
  readonly wire: { readonly server: FederationServer | undefined };
  readonly isConnected: (key: PublicKeyHex) => boolean;
  readonly announcer: Announcer;
  readonly isLogGood: (runs: Iterable<OpenRun>) => boolean;
  readonly quality: RunQuality;
}

export function hubHandlers(api: HubApiOptions): Handlers<HubContract> {
  return {
    'hub.init': ({ consortiumName }) => found(api, consortiumName),
    'hub.status': () => status(api),
    'banks.invite': ({ bankName }) => api.members.invite(bankName),
    'banks.list': () => banks(api),
    'banks.approve': ({ bankId, keyFingerprint }) => {
      api.members.approve(bankId, keyFingerprint);
      return {};
    },
    'banks.suspend': ({ bankId, reason }) => {
      const bank = api.members.suspend(bankId, reason);
      api.rounds.withdraw(bank.bankId);
      api.wire.server?.connections.disconnect(bank.publicKey);
      return {};
    },
    'runs.plan': (input) => plan(api, input.charter),
    'runs.list': () => [...api.runs.values()].map((run) => runView(api, run)),
    'runs.rounds': ({ runId }) =>
      api.store.runs.rounds(runId).map((round) => roundView({ ...round, closesInMs: round.remainingMs })),
    'runs.cancel': ({ runId, reason }) => {
      cancel(api, runId, reason);
      return {};
    },
  };
}

function found(api: HubApiOptions, name: string): HubStatus {
  const { store } = api;
  if (store.members.consortium() !== undefined)
    throw new FailureError(
      'already-set-up',
      'This hub has a consortium already; use another --home for another one',
    );
  store.transaction(() => {
    store.members.found({ id: newId(api.random, 'con', ConsortiumId), name });
    store.audit.append({ actor: 'operator', action: 'consortium.founded', detail: name });
  });
  return status(api);
}

function status({ store, keys, wire, version, runs, isLogGood, quality }: HubApiOptions): HubStatus {
  const consortium = store.members.consortium();
  return {
    version,
    consortium:
      consortium === undefined
        ? null
        : {
            id: consortium.id,
            name: consortium.name,
            operatorFingerprint: fingerprint(keys.operator.publicKey),
          },
    address: wire.server?.address ?? null,
    connected: wire.server?.connections.count() ?? 0,
    verified: store.audit.check('whole').kind === 'verified' && isLogGood(runs.values()),
    quality: [...runs.values()].flatMap((run) => {
      const newest = quality.of(run).at(-1);
      return newest === undefined ? [] : [{ runId: run.record.runId, title: run.charter.title, ...newest }];
    }),
  };
}

function banks({ store, isConnected }: HubApiOptions): HubBank[] {
  return store.members.banks().map((bank) => ({
    bankId: bank.bankId,
    name: bank.name,
    keyFingerprint: fingerprint(bank.publicKey),
    status: bank.status,
    connected: isConnected(bank.publicKey),
    lastSeenAt: bank.lastSeenAt,
    ledgerHead: store.ledgerHeads.of(bank.bankId)?.statement.head ?? null,
  }));
}

function plan(
  api: HubApiOptions,
  charter: HubRun['charter'],
): { runId: RunId; charterHash: HubRun['charterHash'] } {
  const { store, keys, random } = api;
  const { id: consortiumId } = requireConsortium(store);
  const record = signPlan({ charter, consortiumId, banks: store.members.banks().length, keys, random });
  const { charterHash } = record.plan.plan;
  store.transaction(() => {
    store.runs.addRun(record);
    store.members.nextVersion();
    const detail = `${charter.title}, ${String(plannedRounds(charter))} rounds, charter ${charterHash}`;
    store.audit.append({ actor: 'operator', action: 'run.planned', detail });
  });
  const run = loadRun({ ...record, status: 'open', committed: 0 }, store.runs);
  api.runs.set(record.runId, run);
  // Without banks to hear it the first round waits for `serve`.
  if (api.wire.server !== undefined) api.rounds.begin(run);
  api.announcer.now();
  return { runId: record.runId, charterHash };
}

function cancel(api: HubApiOptions, runId: RunId, reason: string): void {
  const run = requireOpen(api.runs.get(runId), runId);
  const end = (): void => {
    api.store.runs.setStatus(runId, 'cancelled');
    api.store.members.nextVersion();
    api.store.audit.append({
      actor: 'operator',
      action: 'run.cancelled',
      detail: `${run.charter.title}: ${reason}`,
    });
  };
  if (run.round === undefined) api.store.transaction(end);
  else api.rounds.apply(run, { kind: 'cancelled', reason }, { inTransaction: end });
  run.status = 'cancelled';
  api.announcer.now();
}

function runView(api: HubApiOptions, run: OpenRun): HubRun {
  const names = new Map(api.store.members.banks().map((bank) => [bank.bankId, bank.name]));
  const { round } = run;
  return {
    runId: run.record.runId,
    charterHash: run.record.plan.plan.charterHash,
    charter: run.charter,
    status: run.status,
    members: [...run.members.values()].map(({ membership }) => ({
      bankId: membership.bankId,
      name: names.get(membership.bankId) ?? membership.bankId,
      tier: membership.tier,
    })),
    committed: run.committed,
    planned: plannedRounds(run.charter),
    round:
      round === undefined
        ? null
        : roundView({
            roundId: round.roundId,
            runId: run.record.runId,
            state: round.state,
            closesInMs: api.rounds.remainingMs(round),
          }),
    checkpointHash: run.committed === 0 ? null : run.checkpointHash,
    quality: [...api.quality.of(run)],
  };
}

interface ShownRound {
  readonly roundId: RoundId;
  readonly runId: RunId;
  readonly state: HubRoundState;
  readonly closesInMs: number | null;
}

function roundView({ roundId, runId, state, closesInMs }: ShownRound): HubRound {
  return {
    roundId,
    runId,
    index: state.index,
    phase: state.kind,
    cohort: [...cohortOf(state)],
    received: committedIn(state).length,
    closesInMs,
    reason: 'reason' in state ? state.reason : null,
  };
}

/** The contract's methods about the audit and the pack for a regulator. */
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import { auditCsv } from '../audit/export.ts';
import { recoverAudit } from '../audit/recover.ts';
import { verifyStore } from '../audit/verify-store.ts';
import { collectPack } from '../pack/collect.ts';
import { packFile, type PackFile } from '../pack/make.ts';
import { packSources } from '../pack/sources.ts';
import { utcNow } from '../review/gate-ports.ts';
import type { Services } from '../services.ts';

type AuditMethods = Extract<keyof BankContract, `audit.${string}`>;

export function auditHandlers(services: Services): Pick<Handlers<BankContract>, AuditMethods> {
  const { audit, soundness, changes } = services;
  return {
    'audit.list': ({ kind, search, after, limit }) => {
      const found = audit.entries({ kind, search });
      const rest = found.filter(({ sequence }) => sequence > after);
      const entries = rest.slice(0, limit);
      const next = rest.length > limit ? (entries.at(-1)?.sequence ?? null) : null;
      return { total: found.length, entries, next, health: audit.health() };
    },
    'audit.verify': () => {
      soundness.verify();
      changes.note('audit', 'app');
      return audit.health();
    },
    'audit.verifyStore': () => {
      const checks = [...verifyStore(services)];
      changes.note('audit', 'privacy', 'app');
      return checks;
    },
    'audit.recover': async (request) => {
      await recoverAudit(services, request);
      changes.note('audit', 'app');
      return {};
    },
    'audit.export': (filter) => ({ name: 'audit.csv', text: auditCsv(audit.entries(filter)) }),
    'audit.pack': ({ runId, withNotes }) => makePack(services, { run: runId ?? null, withNotes }),
  };
}

/** A pack states what verifies: throws `ledger-broken` or `store-damaged` where the store does not. */
function makePack(
  services: Services,
  { run, withNotes }: { readonly run: RunId | null; readonly withNotes: boolean },
): PackFile {
  const { soundness, key, options, roundsPorts } = services;
  soundness.verify();
  soundness.require();
  if (run !== null && roundsPorts.store.run(run) === undefined)
    throw new FailureError('not-found', 'There is no such run', { runId: run });
  const pack = collectPack(packSources(services), { run, withNotes, madeAt: utcNow(options.clock) });
  return packFile(pack, key.required().privateKey);
}

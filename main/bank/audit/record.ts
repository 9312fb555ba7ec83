/** The bank's audit: who did what, with the fields that may be kept. Never a row, a weight, an invitation or a path's content. */
import { canonicalJson, type Canonical } from '#shared/canonical.ts';
import type { AuditEntryView } from '#shared/contract/bank.ts';
import type { AuditLog } from '#main/platform/sqlite/audit-log.ts';

export type AuditDetail = Readonly<Record<string, Canonical>>;

export interface Audit {
  /** By the analyst. Joins the open transaction. */
  person(action: string, detail: AuditDetail): void;
  /** By Parley itself: automatic releases, refusals, what a hub did. */
  parley(action: string, detail: AuditDetail): void;
  list(page: { readonly after: number; readonly limit: number }): {
    readonly total: number;
    readonly entries: AuditEntryView[];
    readonly verified: boolean;
  };
  /** Sequence number of the first row that does not follow; null when all do. Reads everything. */
  firstBroken(): number | null;
}

export function createAudit(log: AuditLog, analyst: () => string | undefined): Audit {
  const append = (actor: string, action: string, detail: AuditDetail): void => {
    log.append({ actor, action, detail: canonicalJson({ ...detail }) });
  };
  return {
    person: (action, detail) => {
      append(analyst() ?? 'unnamed', action, detail);
    },
    parley: (action, detail) => {
      append('Parley', action, detail);
    },
    list: (page) => {
      const { total, entries } = log.list(page);
      const shown = entries.map(({ sequence, at, actor, action, detail, hash }) => ({
        sequence,
        at,
        actor,
        action,
        detail,
        hash,
      }));
      return { total, entries: shown, verified: log.firstBroken() === null };
    },
    firstBroken: () => log.firstBroken(),
  };
}

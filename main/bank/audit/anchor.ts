/**
 * The end of the audit, kept outside the store's file: a chain shows what was changed in it, but not that its end was cut
 * off. Written after each command of a person; releases without a click are also in the keyed ledger.
 */
import { z } from 'zod';
import type { Secrets } from '#main/platform/ports.ts';
import type { AuditHead } from '#main/platform/sqlite/audit-log.ts';
import { Digest } from '#shared/ids.ts';

export interface AuditAnchor {
  /** Undefined: never kept, or taken away. */
  read(): AuditHead | undefined;
  /** Durable when it returns. */
  write(head: AuditHead): void;
}

const HEAD = 'audit-head';
const Head = z.strictObject({ sequence: z.int().min(0), hash: Digest });

export function createAuditAnchor(secrets: Pick<Secrets, 'read' | 'write'>): AuditAnchor {
  let kept = readHead(secrets);
  return {
    read: () => kept,
    write: (head) => {
      if (kept?.hash === head.hash) return;
      secrets.write(HEAD, new TextEncoder().encode(JSON.stringify(head)));
      kept = head;
    },
  };
}

/** A damaged head throws: without it a shortened audit could not be told from the whole. */
function readHead({ read }: Pick<Secrets, 'read'>): AuditHead | undefined {
  const bytes = read(HEAD);
  return bytes === undefined ? undefined : Head.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

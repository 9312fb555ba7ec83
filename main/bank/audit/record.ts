/** The bank's audit: who did what, with the fields that may be kept. Never a row, a weight, an invitation or a path's content. */
import {
  type AuditCheck,
  type AuditEntry,
  type AuditHead,
  type AuditLog,
  EMPTY_AUDIT,
} from '#main/platform/sqlite/audit-log.ts';
import { auditWords } from '#shared/audit/words.ts';
import { canonicalJson, type Canonical } from '#shared/canonical.ts';
import type { AuditEntryView, AuditHealth, AuditKind } from '#shared/contract/bank-audit.ts';
import { Digest } from '#shared/ids.ts';
import type { NameThings } from '../store/names.ts';
import type { AuditAnchor } from './anchor.ts';

export type AuditDetail = Readonly<Record<string, Canonical>>;

export interface AuditFilter {
  readonly kind?: AuditKind | undefined;
  /** Looked for in the sentence, the actor and the recorded JSON, whatever its case. */
  readonly search: string;
}

export interface Audit {
  /** By the analyst. Joins the open transaction. */
  person(action: string, detail: AuditDetail): void;
  /** By Parley itself: automatic releases, refusals, what a hub did. */
  parley(action: string, detail: AuditDetail): void;
  /** Oldest first. */
  entries(filter: AuditFilter): readonly AuditEntryView[];
  /** The chain as recorded. */
  chain(): readonly AuditEntry[];
  /** As last verified, and what was added since. */
  health(): AuditHealth;
  /** Reads and checks everything again. */
  verify(): AuditHealth;
  /** Keeps the verified end outside the store; does nothing inside a transaction or where the audit is broken. */
  anchor(): void;
  /** What was written and is not there any more; undefined where the end stands, or where entries were changed instead. */
  missingEnd(): MissingEnd | undefined;
  /** Keeps the end as it is now, whatever was kept: for a recovery that the audit itself tells of. */
  acceptEnd(): void;
}

export interface MissingEnd {
  /** Entries that are there. */
  readonly entries: number;
  /** The end that was written; null where it is not known any more. */
  readonly written: AuditHead | null;
}

export interface AuditParts {
  readonly log: AuditLog;
  readonly anchor: AuditAnchor;
  /** Entries that may stand without a kept head: those from before one was kept. */
  readonly entriesBeforeAnchor: number;
  readonly analyst: () => string | undefined;
  /** Puts what people call a thing in the place of its identifier. */
  readonly named: NameThings;
}

export function createAudit(parts: AuditParts): Audit {
  const { log, anchor, analyst, named } = parts;
  const append = (actor: string, action: string, detail: AuditDetail): void => {
    log.append({ actor, action, detail: canonicalJson({ ...detail }) });
  };
  const check = (depth: 'whole' | 'what-is-new'): AuditHealth => health(parts, log.check(depth));
  return {
    person: (action, detail) => {
      append(analyst() ?? 'unnamed', action, detail);
    },
    parley: (action, detail) => {
      append('Parley', action, detail);
    },
    entries: (filter) =>
      log
        .after(0)
        .map((entry) => entryView(entry, named))
        .filter(matches(filter)),
    chain: () => log.after(0),
    health: () => check('what-is-new'),
    verify: () => check('whole'),
    anchor: () => {
      if (log.isInTransaction()) return;
      const known = log.check('what-is-new');
      if (known.kind === 'verified' && health(parts, known).kind === 'verified') anchor.write(known.head);
    },
    missingEnd: () => {
      const known = log.check('whole');
      if (known.kind === 'broken' || health(parts, known).kind === 'verified') return undefined;
      return { entries: known.head.sequence, written: anchor.read() ?? null };
    },
    acceptEnd: () => {
      const known = log.check('whole');
      if (known.kind === 'verified') anchor.write(known.head);
    },
  };
}

/** A chain that verifies may still have lost its end: entries beyond the kept head are no fault, a missing one is. */
function health({ log, anchor, entriesBeforeAnchor }: AuditParts, check: AuditCheck): AuditHealth {
  if (check.kind === 'broken') return check;
  const { head } = check;
  const kept = anchor.read();
  if (kept === undefined && head.sequence > entriesBeforeAnchor)
    return {
      kind: 'broken',
      atSequence: head.sequence + 1,
      reason: 'the end kept outside the store is gone',
    };
  if (kept !== undefined && kept.sequence > 0 && hashAt(log, kept.sequence) !== kept.hash) {
    const isCut = kept.sequence > head.sequence;
    const number = isCut ? head.sequence + 1 : kept.sequence;
    const reason = isCut
      ? `entries up to ${String(kept.sequence)} were written, and those from ${String(number)} on are missing`
      : `entry ${String(number)} is another one than was written`;
    return { kind: 'broken', atSequence: number, reason };
  }
  return {
    kind: 'verified',
    entries: head.sequence,
    head: head.sequence === EMPTY_AUDIT.sequence ? null : Digest.parse(head.hash),
  };
}

function hashAt(log: AuditLog, sequence: number): string | undefined {
  const [entry] = log.after(sequence - 1, 1);
  return entry?.sequence === sequence ? entry.hash : undefined;
}

function entryView(entry: AuditEntry, named: NameThings): AuditEntryView {
  const { sequence, at, actor, action, detail, hash } = entry;
  const { kind, sentence } = auditWords(action, detail);
  return { sequence, at, actor, action, kind, sentence: named(sentence), detail, hash };
}

function matches({ kind, search }: AuditFilter): (entry: AuditEntryView) => boolean {
  const wanted = search.trim().toLowerCase();
  return (entry) =>
    (kind === undefined || entry.kind === kind) &&
    (wanted === '' ||
      [entry.sentence, entry.actor, entry.action, entry.detail].some((text) =>
        text.toLowerCase().includes(wanted),
      ));
}

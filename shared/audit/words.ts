/** An audit entry in plain words, for screens, command line and exports. The recorded JSON stays the evidence, not this. */
import { z } from 'zod';
import type { AuditKind } from '../contract/bank-audit.ts';
import { type AuditFields, PHRASES } from './phrases.ts';

export interface AuditWords {
  readonly kind: AuditKind;
  /** One sentence with its full stop. */
  readonly sentence: string;
}

const REFUSED = ' refused';

/** First word of an action → what it is about. */
const KINDS: Readonly<Record<string, AuditKind>> = {
  review: 'release',
  update: 'release',
  scope: 'release',
  rounds: 'release',
  leaks: 'release',
  privacy: 'privacy',
  ledger: 'privacy',
  policy: 'settings',
  reviewers: 'settings',
  app: 'settings',
  data: 'data',
  scoring: 'data',
  store: 'data',
  consortium: 'consortium',
  runs: 'consortium',
  run: 'consortium',
};

/** `detail` is the JSON text of the entry; text that is not JSON is read as an entry without fields. */
export function auditWords(action: string, detail: string): AuditWords {
  const isRefused = action.endsWith(REFUSED);
  const asked = isRefused ? action.slice(0, -REFUSED.length) : action;
  const fields = fieldsOf(detail);
  const phrase = PHRASES[asked]?.(fields) ?? asked;
  const code = fields['code'];
  const sentence = isRefused
    ? `Refused${typeof code === 'string' ? ` (${code})` : ''}, nothing was done: ${phrase}`
    : phrase;
  return { kind: auditKind(asked), sentence: sentence.endsWith('.') ? sentence : `${sentence}.` };
}

export function auditKind(action: string): AuditKind {
  return KINDS[action.split('.', 1)[0] ?? ''] ?? 'other';
}

const Fields = z.record(z.string(), z.unknown());

function fieldsOf(detail: string): AuditFields {
  const parsed = z
    .string()
    .transform((text, context) => {
      try {
        return Fields.parse(JSON.parse(text));
      } catch {
        context.addIssue('not a JSON object');
        return z.NEVER;
      }
    })
    .safeParse(detail);
  return parsed.success ? parsed.data : {};
}

/** Audits every command of the contract, done or refused, with an input from which secrets and bulk are left out. */
import type { Canonical } from '#shared/canonical.ts';
import type { Contract, Handlers } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import { z } from 'zod';
import type { Audit, AuditDetail } from './record.ts';

/**
 * Fields that are never kept, at any depth: invitations and passphrases are secrets, a saved text may be anything, and a
 * note is between the reviewers (the decision keeps it; a pack shows it only when asked).
 */
const SILENT_FIELDS: ReadonlySet<string> = new Set(['invite', 'text', 'passphrase', 'note']);
/** Fields that may hold a path of this machine: the file's name is kept, its folders are nobody's matter in a pack. */
const PATH_FIELDS: ReadonlySet<string> = new Set(['source', 'file', 'outputFile', 'suggestedName']);
const LONGEST_TEXT = 500;

export function auditCommands<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  audit: Pick<Audit, 'person' | 'anchor'>,
): Handlers<C> {
  const audited: Partial<Record<keyof C, (input: unknown) => Promise<unknown>>> = {};
  for (const name of Object.keys(contract) as (keyof C & string)[]) {
    const handler: (input: never, context: undefined) => unknown = handlers[name];
    // Inputs were parsed by `serve` with the schema of this very method.
    const run = async (input: unknown): Promise<unknown> => handler(input as never, undefined);
    const isCommand = contract[name]?.kind === 'command';
    audited[name] = isCommand ? (input) => runAudited({ name, audit, input, run: () => run(input) }) : run;
  }
  return audited as Handlers<C>;
}

interface AuditedCall<T> {
  readonly name: string;
  readonly audit: Pick<Audit, 'person' | 'anchor'>;
  readonly input: unknown;
  readonly run: () => Promise<T> | T;
}

async function runAudited<T>({ name, audit, input, run }: AuditedCall<T>): Promise<T> {
  const detail = detailOf(input);
  try {
    const value = await run();
    audit.person(name, detail);
    return value;
  } catch (error) {
    const code = error instanceof FailureError ? error.code : 'internal';
    audit.person(`${name} refused`, { ...detail, code });
    throw error;
  } finally {
    audit.anchor();
  }
}

const Json = z.json();
type Json = z.infer<typeof Json>;

function detailOf(input: unknown): AuditDetail {
  const fields = z.record(z.string(), z.unknown()).safeParse(input);
  if (!fields.success) return {};
  // What is not JSON (a stream, bytes) is left out.
  const json = Object.entries(fields.data).flatMap(([field, value]) => {
    const parsed = Json.safeParse(value);
    return parsed.success ? [[field, parsed.data] as const] : [];
  });
  return keptFields(Object.fromEntries(json));
}

function keptFields(fields: Readonly<Record<string, Json>>): AuditDetail {
  const kept = Object.entries(fields).filter(([field]) => !SILENT_FIELDS.has(field));
  return Object.fromEntries(
    kept.map(([field, value]) => [
      field,
      PATH_FIELDS.has(field) && typeof value === 'string' ? keptValue(fileName(value)) : keptValue(value),
    ]),
  );
}

function fileName(file: string): string {
  return file.split(/[/\\]/).at(-1) ?? file;
}

function keptValue(value: Json): Canonical {
  if (typeof value === 'string') return value.slice(0, LONGEST_TEXT);
  if (value === null || typeof value !== 'object') return value;
  return Array.isArray(value) ? value.map(keptValue) : keptFields(value);
}

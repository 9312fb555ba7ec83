/** Audits every command of the contract, done or refused, with an input from which secrets and bulk are left out. */
import type { Canonical } from '#shared/canonical.ts';
import type { Contract, Handlers } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import { z } from 'zod';
import type { Audit, AuditDetail } from './record.ts';

/** Inputs that are never kept: an invitation is a secret, a saved text may be anything. */
const SILENT_FIELDS: ReadonlySet<string> = new Set(['invite', 'text']);
const LONGEST_TEXT = 500;

export function auditCommands<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  audit: Audit,
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
  readonly audit: Audit;
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
  }
}

const Json: z.ZodType<Canonical> = z.json();

function detailOf(input: unknown): AuditDetail {
  const fields = z.record(z.string(), z.unknown()).safeParse(input);
  if (!fields.success) return {};
  const kept = Object.entries(fields.data).flatMap(([field, value]) => {
    const parsed = Json.safeParse(value);
    if (SILENT_FIELDS.has(field) || !parsed.success) return [];
    return [[field, shortened(parsed.data)] as const];
  });
  return Object.fromEntries(kept);
}

function shortened(value: Canonical): Canonical {
  return typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : value;
}

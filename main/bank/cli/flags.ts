/** Flags as typed values; every refusal is `wrong-usage` and names the flag. */
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { FailureError } from '#shared/failure.ts';
import { BANK_OPTIONS, type BankFlags } from './help.ts';

export interface ParsedArguments {
  readonly verb: string;
  readonly operands: readonly string[];
  readonly flags: BankFlags;
}

export function parseArguments(args: readonly string[]): ParsedArguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: BANK_OPTIONS,
      allowPositionals: true,
    });
    const [verb = 'help', ...operands] = positionals;
    return { verb: values.help === true ? 'help' : verb, operands, flags: values };
  } catch (error) {
    throw new FailureError(
      'wrong-usage',
      error instanceof Error ? error.message : 'The arguments are not valid',
    );
  }
}

export function text(flags: BankFlags, flag: keyof BankFlags): string | undefined {
  const value = flags[flag];
  return typeof value === 'string' ? value : undefined;
}

export function need(flags: BankFlags, flag: keyof BankFlags): string {
  const value = text(flags, flag);
  if (value === undefined || value.trim() === '')
    throw new FailureError('wrong-usage', `--${flag} is missing`);
  return value;
}

export function number(flags: BankFlags, flag: keyof BankFlags): number | undefined {
  const given = text(flags, flag);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value))
    throw new FailureError('wrong-usage', `--${flag} takes a number, not "${given}"`);
  return value;
}

export function wholeNumber(flags: BankFlags, flag: keyof BankFlags): number | undefined {
  const value = number(flags, flag);
  if (value === undefined || (Number.isInteger(value) && value >= 0)) return value;
  throw new FailureError('wrong-usage', `--${flag} takes a whole number`);
}

export function oneOf<T extends string>(
  flags: BankFlags,
  flag: keyof BankFlags,
  choices: readonly T[],
): T | undefined {
  const given = text(flags, flag);
  if (given === undefined) return undefined;
  const found = choices.find((choice) => choice === given);
  if (found === undefined) throw new FailureError('wrong-usage', `--${flag} is one of ${choices.join(', ')}`);
  return found;
}

/** The one operand of a verb, checked by its schema; `what` names it for people. */
export function operand<S extends z.ZodType>(
  operands: readonly string[],
  schema: S,
  what: string,
): z.output<S> {
  const value = schema.safeParse(operands[0]);
  if (operands.length === 1 && value.success) return value.data;
  throw new FailureError('wrong-usage', `This verb takes ${what}`);
}

export function optionalOperand<S extends z.ZodType>(
  operands: readonly string[],
  schema: S,
  what: string,
): z.output<S> | undefined {
  return operands.length === 0 ? undefined : operand(operands, schema, what);
}

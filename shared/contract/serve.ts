/** Serves a contract: parse, handle, and turn every outcome into a reply. No exception leaves this function. */
import type { z } from 'zod';
import { FailureError } from '../failure.ts';
import type { Contract, Handlers } from './define.ts';
import type { Reply } from './transport.ts';

export interface ServeOptions<C extends Contract, Context> {
  readonly contract: C;
  readonly handlers: Handlers<C, Context>;
  /** A bug reached the boundary: log it, answer with the correlation id to show. */
  readonly onBug: (error: unknown, method: string) => string;
}

export type Answer<Context> = (method: string, input: unknown, context: Context) => Promise<Reply>;

export function serve<C extends Contract, Context>(options: ServeOptions<C, Context>): Answer<Context> {
  return async (name, input, context) => {
    try {
      const method = Object.hasOwn(options.contract, name) ? options.contract[name] : undefined;
      if (method === undefined)
        throw new FailureError('wrong-usage', `There is no method "${name.slice(0, 60)}"`);
      const parsed = method.input.safeParse(input);
      if (!parsed.success) throw invalidInput(name, parsed.error);
      const handler: (input: never, context: Context) => unknown = options.handlers[name as keyof C];
      const value = await handler(parsed.data as never, context);
      return { kind: 'ok', value };
    } catch (error) {
      return { kind: 'failure', failure: asFailure(error, () => options.onBug(error, name)).toFailure() };
    }
  };
}

function asFailure(error: unknown, correlate: () => string): FailureError {
  if (error instanceof FailureError) return error;
  const correlationId = correlate();
  return new FailureError(
    'internal',
    `Something went wrong inside Parley (correlation id ${correlationId})`,
    { correlationId },
  );
}

/** One sentence that names the first field that is wrong. */
export function invalidInput(what: string, error: z.ZodError): FailureError {
  const issue = error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? what : issue.path.map(String).join('.');
  return new FailureError('invalid-input', `${field}: ${issue?.message ?? 'not valid'}`, { field });
}

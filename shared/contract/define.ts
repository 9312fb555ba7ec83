/** How a contract is written: named methods with a schema for what goes in and what comes out. */
import type { z } from 'zod';

export interface Method<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** `command` changes something and is audited; `query` does not. */
  readonly kind: 'query' | 'command';
  readonly input: I;
  readonly output: O;
}

export type Contract = Readonly<Record<string, Method>>;

export function query<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Method<I, O> {
  return { kind: 'query', input, output };
}

export function command<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Method<I, O> {
  return { kind: 'command', input, output };
}

export type Input<M extends Method> = z.input<M['input']>;
export type Parsed<M extends Method> = z.output<M['input']>;
export type Output<M extends Method> = z.output<M['output']>;

/** The caller's side. Rejects with a FailureError. */
export type Client<C extends Contract> = {
  readonly [K in keyof C]: (input: Input<C[K]>) => Promise<Output<C[K]>>;
};

/** The server's side: inputs arrive parsed; what it throws as FailureError travels as data. */
export type Handlers<C extends Contract, Context = undefined> = {
  readonly [K in keyof C]: (input: Parsed<C[K]>, context: Context) => Promise<Output<C[K]>> | Output<C[K]>;
};

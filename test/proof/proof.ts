/** One proof: a claim of the design shown by running it, with the figures it rests on. */

export interface Check {
  readonly name: string;
  readonly passed: boolean;
  /** What was found, beside what was asked for. */
  readonly detail: string;
}

export interface ProofReport {
  /** Figures as text lines for a person. */
  readonly table: string;
  /** The same for `--json`. */
  readonly figures: unknown;
  readonly checks: readonly Check[];
}

/** What `test/proof/NAME.ts` exports as `proof`. */
export interface Proof {
  readonly summary: string;
  readonly help: string;
  /** @throws FailureError `wrong-usage` for arguments that it does not know. */
  run(args: readonly string[], say: (line: string) => void): Promise<ProofReport>;
}

/** What is wrong with a ledger, in one sentence for failures, audit and screens. */
import { FailureError } from '#shared/failure.ts';
import type { LedgerHealth } from '#shared/privacy/ledger-view.ts';

type Fault = Exclude<LedgerHealth, { kind: 'verified' }>;

export function faultWords(fault: Fault): string {
  if (fault.kind === 'broken')
    return `The ledger does not verify at entry ${String(fault.atSequence)}: ${fault.reason}`;
  const { entries, expected, witness } = fault;
  const has = `it has ${String(entries)} entries`;
  switch (witness) {
    case 'hub':
      return `The ledger is an older copy or another history: ${has}, and the hub holds a signed head that is not one of them`;
    case 'none':
      return `The head of the ledger that is kept outside its file is gone, so its ${String(entries)} entries may be an older copy`;
    case 'mirror':
    case undefined:
      return `The ledger is an older copy or another history: ${has}, entry ${String(expected)} was written before`;
  }
}

export function faultFailure(fault: Fault): FailureError {
  const details =
    fault.kind === 'broken'
      ? { atSequence: fault.atSequence }
      : { entries: fault.entries, expected: fault.expected };
  return new FailureError('ledger-broken', faultWords(fault), details);
}

/** Verbs about the store as a whole: backup, what a restore found, and the way on from a ledger that blocks. */
import path from 'node:path';
import { formatEpsilonUp } from '#shared/privacy/format.ts';
import type { LedgerRecovery } from '#shared/privacy/ledger-view.ts';
import { type Answer, done } from './answers.ts';
import type { BankProgram } from './program.ts';
import type { BankClient } from './reach.ts';
import type { SignedBy } from './reviewer-flags.ts';
import { credentialsOf } from './reviewer-verbs.ts';

export async function backup(client: BankClient, file: string): Promise<Answer> {
  // The process that serves the store may have been started in another folder.
  const written = await client['store.backup']({ file: path.resolve(file) });
  const words = `Backup written to ${written.file} (${String(written.bytes)} bytes), every page read again.\nIt holds every row of this bank: keep it like the store.`;
  return { document: written, words };
}

export async function showRecovery(client: BankClient): Promise<Answer> {
  const recovery = await client['privacy.recovery']({});
  return { document: recovery, words: withWayOn(recovery) };
}

export interface RecoverCommand {
  readonly reason: string;
  readonly signedBy: readonly SignedBy[];
}

export async function recover(
  client: BankClient,
  { reason, signedBy }: RecoverCommand,
  program: BankProgram,
): Promise<Answer> {
  const countersigned = await credentialsOf(client, program, signedBy);
  const recovery = await client['privacy.recovery']({});
  await client['privacy.recover']({ reason, countersigned });
  return done(`Done. ${recoveryWords(recovery)}`);
}

export async function recoverAudit(
  client: BankClient,
  { reason, signedBy }: RecoverCommand,
  program: BankProgram,
): Promise<Answer> {
  const countersigned = await credentialsOf(client, program, signedBy);
  await client['audit.recover']({ reason, countersigned });
  return done('The audit goes on; an entry says what is missing.');
}

export async function restored(client: BankClient, kept: string | null): Promise<Answer> {
  const recovery = await client['privacy.recovery']({});
  const before = kept === null ? 'There was no store before.' : `The store of before is kept as ${kept}.`;
  const words = [
    'Restored, after every page and the whole ledger were checked.',
    before,
    withWayOn(recovery),
  ];
  return { document: { kept, recovery }, words: words.join('\n') };
}

function withWayOn(recovery: LedgerRecovery): string {
  const words = recoveryWords(recovery);
  return recovery.kind === 'none' ? words : `${words}\nDo it: bank recover --reason TEXT`;
}

function recoveryWords(recovery: LedgerRecovery): string {
  switch (recovery.kind) {
    case 'none':
      return 'The ledger verifies: nothing to recover.';
    case 'charge-missing': {
      const { epsilonBefore, epsilonAfter, fault } = recovery;
      const change = `ε charged ${formatEpsilonUp(epsilonBefore)} → ${formatEpsilonUp(epsilonAfter)}`;
      return `${fault}.\nWhat is missing, and no more, is charged: ${change}.`;
    }
    case 'close-budget': {
      const { epsilonAfter, fault } = recovery;
      const spent =
        epsilonAfter === null
          ? 'the first budget that is set'
          : `the whole budget, ε ${formatEpsilonUp(epsilonAfter)},`;
      return `${fault}.\nNobody knows what was spent, so ${spent} counts as spent.`;
    }
    case 'accept-audit-end':
      return `${recovery.fault}.\nAn entry records that the end is missing.`;
  }
}

/** What each verb answers: a document for scripts and the same in words for people. */
import type { HubBank, HubRound, HubRun, HubStatus, VersionQuality } from '#shared/contract/hub.ts';

export interface Answer {
  readonly document: unknown;
  readonly words: string;
}

export function statusAnswer(status: HubStatus): Answer {
  const { consortium, address } = status;
  const lines = [
    consortium === null ? 'No consortium yet: run `hub init`.' : `${consortium.name} (${consortium.id})`,
    ...(consortium === null ? [] : [`Operator key: ${consortium.operatorFingerprint}`]),
    address === null ? 'Not serving.' : `Serving on ${address}, ${String(status.connected)} connected.`,
    status.verified ? 'Audit and checkpoint log verify.' : 'AUDIT OR CHECKPOINT LOG DO NOT VERIFY.',
    ...status.quality.map((one) => `${one.title}: ${qualityWords(one)}`),
  ];
  return { document: status, words: lines.join('\n') };
}

export function banksAnswer(banks: readonly HubBank[]): Answer {
  const lines = banks.map((bank) => {
    const presence = bank.connected ? 'connected' : `last seen ${bank.lastSeenAt ?? 'never'}`;
    const ledger = bank.ledgerHead === null ? '' : `\n  ledger ${bank.ledgerHead}`;
    return `${bank.bankId}  ${bank.status}  ${presence}  ${bank.name}\n  key ${bank.keyFingerprint}${ledger}`;
  });
  return { document: banks, words: lines.length === 0 ? 'No bank has enrolled.' : lines.join('\n') };
}

export function runsAnswer(runs: readonly HubRun[]): Answer {
  const lines = runs.map((run) => {
    const progress = `${String(run.committed)} of ${String(run.planned)} rounds`;
    const now = run.status === 'open' && run.round !== null ? `, now ${run.round.phase}` : '';
    const line = `${run.runId}  ${run.status}${now}  ${progress}  ${String(run.members.length)} banks  ${run.charter.title}`;
    return [line, ...run.quality.map((one) => `  ${qualityWords(one)}`)].join('\n');
  });
  return { document: runs, words: lines.length === 0 ? 'No run is planned.' : lines.join('\n') };
}

/** From noisy histograms: never a figure of one bank, and never without its interval. */
function qualityWords({ version, prAuc, low, high, banks }: VersionQuality): string {
  const range = `${low.toFixed(2)} to ${high.toFixed(2)}, 90 %`;
  return `version ${String(version)}: PR-AUC ${prAuc.toFixed(2)} (${range}) over ${String(banks)} banks`;
}

export function roundsAnswer(rounds: readonly HubRound[]): Answer {
  const lines = rounds.map((round) => {
    const taking = `${String(round.received)} of ${String(round.cohort.length)} updates`;
    const reason = round.reason === null ? '' : `  ${round.reason}`;
    return `${String(round.index + 1).padStart(4)}  ${round.phase}  ${taking}${reason}`;
  });
  return { document: rounds, words: lines.length === 0 ? 'No round was opened.' : lines.join('\n') };
}

/** For verbs that only do something. */
export function done(words: string): Answer {
  return { document: { done: true }, words };
}

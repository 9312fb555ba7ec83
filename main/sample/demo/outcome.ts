/** What the demonstration answers (design.md §9), and the table a person reads. */
import { unitWords } from '#shared/privacy/unit-words.ts';
import type { VersionQuality } from '#shared/contract/hub.ts';
import type { PrivacyUnit } from '#shared/round/charter.ts';
import type { Quality } from '#shared/round/round-view.ts';

export interface Compared {
  readonly pooled: Quality;
  readonly local: Quality;
  readonly federated: Quality;
}

export interface DemoBank extends Compared {
  readonly name: string;
  readonly rows: number;
  readonly frauds: number;
  /** Charged by the end of the run; "Infinity" without noise. */
  readonly epsilon: number | 'Infinity';
}

export interface DemoOutcome {
  readonly engine: string;
  readonly seed: number;
  readonly rounds: number;
  /** The federated run alone. */
  readonly seconds: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly epsilon: number | 'Infinity';
  readonly delta: number;
  readonly overall: Compared;
  readonly banks: readonly DemoBank[];
  /** What the hub knows of the published models' quality, from the banks' noisy score histograms. */
  readonly federationQuality: readonly VersionQuality[];
}

const KINDS = ['pooled', 'local', 'federated'] as const;

/** Plain text, at most 100 columns: average precision by bank, and the other figures over all banks. */
export function outcomeTable(outcome: DemoOutcome, unit: PrivacyUnit): string {
  const head = row(['bank', 'rows', 'frauds', 'ε', ...KINDS.map((kind) => `AP ${kind}`)]);
  const banks = outcome.banks.map((bank) =>
    row([
      bank.name,
      bank.rows.toLocaleString('en'),
      bank.frauds.toLocaleString('en'),
      epsilonText(bank.epsilon),
      ...KINDS.map((kind) => figure(bank[kind].prAuc)),
    ]),
  );
  const overall = KINDS.map((kind) => {
    const quality = outcome.overall[kind];
    return row([
      `all, ${kind}`,
      `AP ${figure(quality.prAuc)}`,
      `ROC ${figure(quality.rocAuc)}`,
      `CP@100 ${figure(quality.cardPrecisionAt100)}`,
      `recall ${figure(quality.recallAtCapacity)}`,
    ]);
  });
  return [head, '-'.repeat(head.length), ...banks, '', ...overall, '', ...footnotes(outcome, unit)].join(
    '\n',
  );
}

function footnotes(outcome: DemoOutcome, unit: PrivacyUnit): readonly string[] {
  const seconds = outcome.seconds.toFixed(1);
  const up = (outcome.bytesUp / 1e6).toFixed(1);
  const down = (outcome.bytesDown / 1e6).toFixed(1);
  return [
    `${String(outcome.rounds)} rounds in ${seconds} s on ${outcome.engine}; ${up} MB up and ${down} MB down at the banks' sockets, all banks together.`,
    ...claim(outcome, unit),
    ...hubsView(outcome),
    'Pooled model, rows and frauds come from the demonstration, which owns all the data; nothing of them passed the hub.',
    'AP: average precision on the test days. Recall at capacity: 100 cards a day over all banks, shared out by public tier.',
  ];
}

/** The only evaluation that left the banks; the table above knows all rows, as only a demonstration may. */
function hubsView({ federationQuality }: DemoOutcome): readonly string[] {
  if (federationQuality.length === 0) return [];
  return [
    'AP of published models as the hub sees it, from noisy score histograms that this ε covers (90 % interval):',
    ...federationQuality.map(
      ({ version, prAuc, low, high }) =>
        `  version ${String(version).padStart(3)}: ${figure(prAuc)} (${figure(low)} to ${figure(high)})`,
    ),
  ];
}

/** What ε bounds and what it does not. */
function claim({ epsilon, delta }: DemoOutcome, unit: PrivacyUnit): readonly string[] {
  if (epsilon === 'Infinity') return ['Without noise: nothing is claimed about what the updates reveal.'];
  const words = unitWords({ unit, features: 'own-windows' });
  return [
    `ε ${epsilonText(epsilon)} (δ ${String(delta)}, add/remove of ${words.unit}) bounds, for each bank:`,
    `  ${words.covers}`,
    'Not covered:',
    ...words.notCovered.map((one) => `  ${one}`),
  ];
}

/** ε is rounded up, so that the table never shows less than was spent. */
export function epsilonText(epsilon: number | 'Infinity'): string {
  return epsilon === 'Infinity' ? '∞' : (Math.ceil(epsilon * 1000 - 1e-9) / 1000).toFixed(3);
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

function row(cells: readonly string[]): string {
  return cells.map((cell, n) => (n === 0 ? cell.padEnd(18) : cell.padStart(13))).join(' ');
}

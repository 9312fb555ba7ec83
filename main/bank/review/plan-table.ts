/** ε over the rounds of a plan, evaluated at a few of them. */
import { type Mechanism, mergeMechanisms } from '#shared/privacy/mechanism.ts';
import { rdpAtOrder } from '#shared/privacy/rdp.ts';
import type { GateLedger } from './ledger-port.ts';

/**
 * ε before each of the rounds and after the last, on top of charges and holds. Evaluated after every one of the first
 * rounds, then at points a quarter apart, and shared out between these by weight: the total, which the budget is compared
 * with, is exact, and a year's plan costs a few evaluations instead of hundreds. `rounds`: mechanisms of each.
 */
export function planTable(
  ledger: Pick<GateLedger, 'epsilonTable'>,
  rounds: readonly (readonly Mechanism[])[],
): readonly number[] {
  const nodes = tableNodes(rounds.length);
  const spans = nodes.slice(1).map((until, i) => rounds.slice(nodes[i] ?? 0, until));
  const exact = ledger.epsilonTable(spans.map((span) => mergeMechanisms(span.flat())));
  const table: number[] = [exact[0] ?? 0];
  for (const [i, span] of spans.entries()) {
    const from = exact[i] ?? 0;
    const rise = (exact[i + 1] ?? from) - from;
    for (const share of sharesOf(span)) table.push(from + rise * share);
  }
  return table;
}

/** Up to this many rounds every one is evaluated by itself. */
const EXACT_ROUNDS = 8;

function tableNodes(rounds: number): readonly number[] {
  const nodes: number[] = [];
  for (let k = 0; k < rounds; k = k < EXACT_ROUNDS ? k + 1 : Math.ceil(k * 1.25)) nodes.push(k);
  return [...nodes, rounds];
}

/** Share of a span's rise up to and including each of its rounds, by Rényi divergence of order 2; the last is 1. */
function sharesOf(span: readonly (readonly Mechanism[])[]): readonly number[] {
  const weights = span.map((round) => round.reduce((sum, one) => sum + one.steps * rdpAtOrder(one, 2), 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let done = 0;
  return weights.map((weight, k) => {
    done += weight;
    return k === weights.length - 1 ? 1 : done / total;
  });
}

/** `bank epsilon`: the accountant on stated mechanisms. Loads nothing else, since scripts call it often. */
import { answerEpsilon, type EpsilonAnswer } from '../privacy/epsilon-command.ts';
import { type Answer } from './answers.ts';
import { parseArguments, text } from './flags.ts';

export function epsilonAnswer(args: readonly string[], readText: (file: string) => string): Answer {
  const { flags } = parseArguments(args);
  const rows = text(flags, 'rows');
  const answers = answerEpsilon({
    samplingRate: text(flags, 'sampling-rate'),
    noiseMultiplier: text(flags, 'noise-multiplier'),
    steps: text(flags, 'steps'),
    delta: text(flags, 'delta'),
    rowsText: rows === undefined ? undefined : readText(rows),
  });
  return { document: answers, words: answers.map(inWords).join('\n') };
}

function inWords({ pld, rdp }: EpsilonAnswer): string {
  return `ε ${String(pld)} (by PLD, add/remove; cross-check by RDP ${String(rdp)})`;
}

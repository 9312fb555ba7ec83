/** What the run and its next round cost on top of the ledger, and what the bank says about its size. */
import { type ReactNode } from 'react';
import { type RunView } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { Facts } from '../../ui/facts.tsx';
import { count, epsilonSpent } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';

const words = text.rounds;

function costText(run: RunView, epsilon: number | null): string {
  if (run.charter.privacy.noiseMultiplier === 0) return words.costNone;
  return epsilon === null ? '–' : words.costEpsilon(epsilonSpent(epsilon));
}

export function CostPanel({ run }: { readonly run: RunView }): ReactNode {
  return (
    <Panel title={words.cost}>
      <Facts
        facts={[
          { name: words.costOfRun, value: costText(run, run.epsilonOfRun), meaning: words.costMeaning },
          { name: words.costOfRound, value: costText(run, run.epsilonOfNextRound) },
          {
            name: words.tier,
            value: run.tier === null ? '–' : count(run.tier),
            meaning: words.tierMeaning,
          },
          { name: words.sumCheck, value: words.sumChecks[run.sumCheck] },
        ]}
      />
    </Panel>
  );
}

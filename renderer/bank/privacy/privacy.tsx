/** Privacy: what was spent and what is left, what it covers, what more would cost, and every entry of the ledger. */
import { Button } from '@mantine/core';
import { IconShieldLock } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { type PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { type Fact, Facts } from '../../ui/facts.tsx';
import { count, deltaText, epsilonLeft, epsilonSpent } from '../../ui/format.ts';
import { EpsilonGauge } from '../../ui/gauge.tsx';
import { Page, Stacked, WideNarrow } from '../../ui/page.tsx';
import { Panel, Part } from '../../ui/panel.tsx';
import { BudgetDialog } from './budget-dialog.tsx';
import { HealthPanel } from './health-panel.tsx';
import { LedgerPanel } from './ledger-panel.tsx';
import classes from './privacy.module.css';
import { UnitClaim, wordsOfUnit } from './unit-claim.tsx';
import { WhatIfPanel } from './what-if-panel.tsx';

const words = text.privacy;

export function Privacy(): ReactNode {
  const privacy = useAsk('privacy.state', {});
  const [isOpen, setOpen] = useState(false);
  const open = (): void => {
    setOpen(true);
  };
  const budget = privacy.data?.budget ?? null;
  return (
    <Page
      title={words.title}
      actions={budget === null ? undefined : <Button onClick={open}>{words.changeBudget}</Button>}
    >
      <Part query={privacy} skeletonRows={10}>
        {(state) => (
          <>
            {state.budget === null ? (
              <>
                <NoBudget onSet={open} />
                {bareFacts(state).length === 0 ? null : <Facts facts={bareFacts(state)} />}
              </>
            ) : (
              <Spending state={state} budget={state.budget} />
            )}
            <BudgetDialog
              key={String(isOpen)}
              isOpen={isOpen}
              state={state}
              onClose={() => {
                setOpen(false);
              }}
            />
          </>
        )}
      </Part>
    </Page>
  );
}

function NoBudget({ onSet }: { readonly onSet: () => void }): ReactNode {
  return (
    <EmptyState icon={IconShieldLock} title={words.noBudgetTitle} why={words.noBudgetWhy}>
      <Button variant="filled" onClick={onSet}>
        {words.setBudget}
      </Button>
    </EmptyState>
  );
}

/** What left without noise is in no ε: said wherever a figure could be taken for the whole. */
export function bareFacts({ releasedWithoutNoise = 0 }: PrivacyStateView): readonly Fact[] {
  if (releasedWithoutNoise === 0) return [];
  return [{ name: words.bare, value: words.bareIs(count(releasedWithoutNoise)), meaning: words.bareMeaning }];
}

interface SpendingProps {
  readonly state: PrivacyStateView;
  readonly budget: NonNullable<PrivacyStateView['budget']>;
}

function Spending({ state, budget }: SpendingProps): ReactNode {
  return (
    <Stacked>
      <WideNarrow>
        <Stacked>
          <Panel title={words.budgetPanel} aside={wordsOfUnit(budget.unit).unit}>
            <div className={classes['stack']}>
              <EpsilonGauge charged={state.chargedEpsilon} held={state.heldEpsilon} budget={budget.epsilon} />
              <Apart state={state} />
              <BudgetFacts state={state} budget={budget} />
            </div>
          </Panel>
          <WhatIfPanel state={state} budget={budget} />
        </Stacked>
        <Stacked>
          <HealthPanel health={state.health} />
          <Panel title={words.covers} aside={wordsOfUnit(budget.unit).unit}>
            <UnitClaim unit={budget.unit} />
          </Panel>
        </Stacked>
      </WideNarrow>
      <LedgerPanel budget={budget} />
    </Stacked>
  );
}

/** Two figures that are not the same, side by side in words. */
function Apart({ state }: Pick<SpendingProps, 'state'>): ReactNode {
  return (
    <div className={classes['apart']}>
      <div>
        <span className={classes['apartName']}>{words.charged}</span>
        <span className={classes['apartFigure']}>ε {epsilonSpent(state.chargedEpsilon)}</span>
        <p className={classes['quiet']}>{words.chargedMeaning}</p>
      </div>
      <div>
        <span className={classes['apartName']}>{words.released}</span>
        <span className={classes['apartFigure']}>ε {epsilonSpent(state.releasedEpsilon)}</span>
        <p className={classes['quiet']}>{words.releasedMeaning}</p>
      </div>
    </div>
  );
}

function BudgetFacts({ state, budget }: SpendingProps): ReactNode {
  const left = budget.epsilon - state.chargedEpsilon - state.heldEpsilon;
  const lost = state.lostEpsilon ?? 0;
  return (
    <Facts
      facts={[
        { name: words.held, value: `ε ${epsilonSpent(state.heldEpsilon)}`, meaning: words.heldMeaning },
        { name: words.left, value: `ε ${epsilonLeft(left)}` },
        ...(lost > 0
          ? [{ name: words.lost, value: `ε ${epsilonSpent(lost)}`, meaning: words.lostMeaning }]
          : []),
        {
          name: words.crossCheck,
          value: `ε ${epsilonSpent(state.chargedEpsilonByRdp)}`,
          meaning: words.crossCheckMeaning,
        },
        { name: words.deltaFact, value: deltaText(budget.delta), meaning: words.deltaMeaning },
        { name: words.adjacencyName, value: words.adjacency },
        ...bareFacts(state),
      ]}
    />
  );
}

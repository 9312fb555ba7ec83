/** The first run: who you are, the budget, the consortium; or the demo with one click. */
import { Button } from '@mantine/core';
import { IconCircle, IconCircleCheck, IconCircleDot } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Panel, Part } from '../../ui/panel.tsx';
import { BudgetForm } from '../privacy/budget-dialog.tsx';
import { JoinForm } from '../settings/join-form.tsx';
import { Mark } from '../shell/mark.tsx';
import { DemoOffer } from './demo-offer.tsx';
import classes from './first-run.module.css';
import { IdentityForm } from './identity-form.tsx';
import { FIRST_RUN_STEPS, type FirstRunStep } from './steps.ts';

const words = text.firstRun;

export interface FirstRunProps {
  readonly step: FirstRunStep;
  readonly onLater: () => void;
}

export function FirstRun({ step, onLater }: FirstRunProps): ReactNode {
  useEffect(() => {
    document.title = `${words.title} · Parley`;
  }, []);
  return (
    <main className={classes['frame']}>
      <div className={classes['head']}>
        <div className={classes['mark']}>
          <Mark size={28} />
          <h1 className={classes['title']}>{words.title}</h1>
        </div>
        <p className={classes['lead']}>{words.lead}</p>
      </div>
      <div className={classes['columns']}>
        <StepList step={step} />
        <div className={classes['stack']}>
          <StepPanel step={step} />
          <DemoOffer hasBank={step !== 'identity'} />
          {step === 'identity' ? null : (
            <div>
              <Button onClick={onLater}>{words.later}</Button>
            </div>
          )}
        </div>
      </div>
    </main>
  );
}

function StepList({ step }: { readonly step: FirstRunStep }): ReactNode {
  const now = FIRST_RUN_STEPS.indexOf(step);
  const iconOf = (index: number): ReactNode => {
    if (index < now) return <IconCircleCheck size={18} stroke={1.5} aria-label={words.done} />;
    const Icon = index === now ? IconCircleDot : IconCircle;
    return <Icon size={18} stroke={1.5} aria-hidden />;
  };
  return (
    <ol className={classes['steps']} aria-label={words.stepsName}>
      {FIRST_RUN_STEPS.map((name, index) => (
        <li key={name} className={classes['step']} aria-current={index === now ? 'step' : undefined}>
          {iconOf(index)}
          {words.steps[name]}
        </li>
      ))}
    </ol>
  );
}

function StepPanel({ step }: { readonly step: FirstRunStep }): ReactNode {
  switch (step) {
    case 'identity':
      return (
        <Panel title={words.identity.title}>
          <p className={classes['quiet']}>{words.identity.why}</p>
          <IdentityForm />
        </Panel>
      );
    case 'budget':
      return <BudgetStep />;
    case 'connect':
      return (
        <Panel title={words.connect.title}>
          <p className={classes['quiet']}>{words.connect.why}</p>
          <JoinForm />
        </Panel>
      );
  }
}

function BudgetStep(): ReactNode {
  const privacy = useAsk('privacy.state', {});
  return (
    <Panel title={words.budget.title}>
      <p className={classes['quiet']}>{words.budget.why}</p>
      <div className={classes['form']}>
        <Part query={privacy} skeletonRows={5}>
          {(state) => <BudgetForm state={state} onDone={() => undefined} onCancel={null} />}
        </Part>
      </div>
    </Panel>
  );
}

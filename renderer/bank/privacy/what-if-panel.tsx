/** Sliders over rate, noise and steps with the cost beside them; charges nothing. */
import { Slider } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { createAccountant } from '#shared/privacy/accountant.ts';
import { type PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import { text } from '../../text/en.ts';
import { count, epsilonLeft, epsilonSpent } from '../../ui/format.ts';
import { Columns } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import classes from './privacy.module.css';
import { mostSteps, type WhatIf, whatIf } from './what-if.ts';

const words = text.privacy;
/** The search for the most steps waits until the hand rests. */
const REST_MS = 350;

export interface WhatIfPanelProps {
  readonly state: PrivacyStateView;
  readonly budget: NonNullable<PrivacyStateView['budget']>;
}

export function WhatIfPanel({ state, budget }: WhatIfPanelProps): ReactNode {
  const [accountant] = useState(createAccountant);
  const usual = state.charged[0] ?? { samplingRate: 0.05, noiseMultiplier: 1.6 };
  const [samplingRate, setRate] = useState(usual.samplingRate);
  const [noiseMultiplier, setNoise] = useState(Number(usual.noiseMultiplier.toFixed(2)));
  const [steps, setSteps] = useState(20);
  const asked = useMemo(
    () => ({ samplingRate, noiseMultiplier, steps }),
    [samplingRate, noiseMultiplier, steps],
  );
  // The sliders follow the hand; the answer follows as soon as it is computed (some tens of milliseconds).
  const mechanism = useDeferredValue(asked);
  const answer = useMemo(
    () => whatIf({ state, budget, mechanism, accountant }),
    [state, budget, mechanism, accountant],
  );
  const [rested] = useDebouncedValue(asked, REST_MS);
  const most = useMemo(() => mostSteps({ state, budget, mechanism: rested }), [state, budget, rested]);
  return (
    <Panel title={words.whatIf} aside={words.whatIfWhy}>
      <Columns>
        <div className={classes['stack']}>
          <Dial
            label={words.whatIfRate}
            value={samplingRate}
            onValue={setRate}
            range={[0.01, 0.5, 0.01]}
            digits={2}
          />
          <Dial
            label={words.whatIfNoise}
            value={noiseMultiplier}
            onValue={setNoise}
            range={[0.5, 8, 0.05]}
            digits={2}
          />
          <Dial label={words.whatIfSteps} value={steps} onValue={setSteps} range={[1, 1000, 1]} digits={0} />
        </div>
        <Answer answer={answer} most={rested === asked ? most : null} budget={budget.epsilon} />
      </Columns>
    </Panel>
  );
}

function Dial(props: {
  readonly label: string;
  readonly value: number;
  readonly onValue: (value: number) => void;
  /** Least, largest, step. */
  readonly range: readonly [number, number, number];
  readonly digits: number;
}): ReactNode {
  const [min, max, step] = props.range;
  return (
    <div className={classes['slider']}>
      <div className={classes['sliderHead']}>
        <span>{props.label}</span>
        <strong>{props.value.toFixed(props.digits)}</strong>
      </div>
      <Slider
        thumbLabel={props.label}
        label={null}
        size={4}
        thumbSize={18}
        value={props.value}
        min={min}
        max={max}
        step={step}
        onChange={props.onValue}
      />
    </div>
  );
}

interface AnswerProps {
  readonly answer: WhatIf;
  /** null while the sliders move. */
  readonly most: number | null;
  readonly budget: number;
}

function mostText(most: number | null): string {
  if (most === null) return words.whatIfCounting;
  return most === 0 ? words.whatIfNone : words.whatIfMost(count(most));
}

function Answer({ answer, most, budget }: AnswerProps): ReactNode {
  return (
    <div className={classes['stack']} aria-live="polite">
      <p className={classes['answer']}>
        {words.whatIfCosts(epsilonSpent(answer.cost))} {words.whatIfEnds(epsilonSpent(answer.end))}
      </p>
      <p className={answer.isOver ? classes['over'] : classes['fits']}>
        {answer.isOver ? words.whatIfOver(epsilonLeft(budget)) : words.whatIfFits(epsilonLeft(answer.left))}
      </p>
      <p className={classes['quiet']}>{mostText(most)}</p>
    </div>
  );
}

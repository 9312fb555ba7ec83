/** Sliders over a plan of rounds and evaluations with the cost beside them; charges nothing. */
import { Slider } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { createAccountant } from '#shared/privacy/accountant.ts';
import { type PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import { text } from '../../text/en.ts';
import { count, epsilonLeft, epsilonSpent } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import classes from './privacy.module.css';
import { wordsOfUnit } from './unit-claim.tsx';
import { mostRounds, type Plan, type WhatIf, whatIf } from './what-if.ts';

const words = text.privacy;
/** The search for the most rounds waits until the hand rests. */
const REST_MS = 350;

export interface WhatIfPanelProps {
  readonly state: PrivacyStateView;
  readonly budget: NonNullable<PrivacyStateView['budget']>;
}

interface DialRange {
  readonly key: keyof Plan;
  readonly label: string;
  /** Least, largest, step. */
  readonly range: readonly [number, number, number];
  readonly digits: number;
}

const TRAINING: readonly DialRange[] = [
  { key: 'rounds', label: words.whatIfRounds, range: [1, 100, 1], digits: 0 },
  { key: 'stepsPerRound', label: words.whatIfSteps, range: [1, 100, 1], digits: 0 },
  { key: 'samplingRate', label: words.whatIfRate, range: [0.01, 0.5, 0.01], digits: 2 },
  { key: 'noiseMultiplier', label: words.whatIfNoise, range: [0.5, 8, 0.05], digits: 2 },
];
const EVALUATION: readonly DialRange[] = [
  { key: 'evaluations', label: words.whatIfReleases, range: [0, 50, 1], digits: 0 },
  { key: 'evaluationNoise', label: words.whatIfReleaseNoise, range: [1, 100, 1], digits: 0 },
];

function startingPlan(state: PrivacyStateView): Plan {
  const usual = state.charged.find(({ samplingRate }) => samplingRate < 1);
  return {
    rounds: 1,
    stepsPerRound: 20,
    samplingRate: usual?.samplingRate ?? 0.05,
    noiseMultiplier: Number((usual?.noiseMultiplier ?? 1.6).toFixed(2)),
    evaluations: 0,
    evaluationNoise: 20,
  };
}

export function WhatIfPanel({ state, budget }: WhatIfPanelProps): ReactNode {
  const [accountant] = useState(createAccountant);
  const [asked, setAsked] = useState(() => startingPlan(state));
  // The sliders follow the hand; the answer follows as soon as it is computed (some tens of milliseconds).
  const plan = useDeferredValue(asked);
  const answer = useMemo(
    () => whatIf({ state, budget, plan }, accountant),
    [state, budget, plan, accountant],
  );
  const [rested] = useDebouncedValue(asked, REST_MS);
  const most = useMemo(() => mostRounds({ state, budget, plan: rested }), [state, budget, rested]);
  const dials = (ranges: readonly DialRange[]): ReactNode =>
    ranges.map((dial) => (
      <Dial
        key={dial.key}
        dial={dial}
        value={asked[dial.key]}
        onValue={(value) => {
          setAsked((before) => ({ ...before, [dial.key]: value }));
        }}
      />
    ));
  return (
    <Panel title={words.whatIf} aside={words.whatIfWhy}>
      <div className={classes['stack']}>
        <Answer answer={answer} most={rested === asked ? most : null} budget={budget.epsilon} />
        <h3 className={classes['sub']}>{words.whatIfTraining}</h3>
        <div className={classes['dials']}>{dials(TRAINING)}</div>
        <h3 className={classes['sub']}>{words.whatIfEvaluation}</h3>
        <div className={classes['dials']}>{dials(EVALUATION)}</div>
        <p className={classes['quiet']}>{words.whatIfUnit(wordsOfUnit(budget.unit).unit)}</p>
      </div>
    </Panel>
  );
}

function Dial(props: {
  readonly dial: DialRange;
  readonly value: number;
  readonly onValue: (value: number) => void;
}): ReactNode {
  const { label, range, digits } = props.dial;
  const [min, max, step] = range;
  return (
    <div className={classes['slider']}>
      <div className={classes['sliderHead']}>
        <span>{label}</span>
        <strong>{props.value.toFixed(digits)}</strong>
      </div>
      <Slider
        thumbLabel={label}
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
    <div aria-live="polite">
      <p className={classes['answer']}>
        {words.whatIfCosts(epsilonSpent(answer.cost))} {words.whatIfEnds(epsilonSpent(answer.end))}{' '}
        <span className={answer.isOver ? classes['over'] : classes['fits']}>
          {answer.isOver ? words.whatIfOver(epsilonLeft(budget)) : words.whatIfFits(epsilonLeft(answer.left))}
        </span>
      </p>
      <p className={classes['quiet']}>{mostText(most)}</p>
    </div>
  );
}

/** The standing policy: off, or on with limits and a most number of rounds. */
import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type StandingPolicy } from '#shared/contract/bank.ts';
import { type ScopeLimits } from '#shared/round/round-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { toast } from '../../ui/toast.ts';
import {
  type LimitField,
  LIMIT_FIELDS,
  type LimitsText,
  limitsText,
  parseLimits,
} from '../review/limits-form.ts';
import { CountersignFields, useCountersign } from '../reviewers/countersign.tsx';
import classes from './settings.module.css';

const words = text.settings.policy;

/** Starting values of the fields; the person decides. */
const USUAL_LIMITS: ScopeLimits = {
  minimumNoiseRatio: 0.9,
  maximumNoiseRatio: 2,
  minimumCosine: -0.5,
  maximumEpsilonPerRound: 0.8,
};
const MOST_ROUNDS = 10_000;

export function StandingPolicyForm({ saved }: { readonly saved: StandingPolicy }): ReactNode {
  const [typed, setTyped] = useState(() => limitsText(saved.kind === 'on' ? saved.limits : USUAL_LIMITS));
  const [rounds, setRounds] = useState(String(saved.kind === 'on' ? saved.rounds : 25));
  const save = useTell('policy.setStanding', () => {
    toast(words.standingSaved);
  });
  const countersign = useCountersign(true);
  const { countersigned, forget } = countersign;
  const outcome = parseLimits(typed);
  const errors = outcome.kind === 'invalid' ? outcome.errors : {};
  const count = Number(rounds);
  const isCount = Number.isInteger(count) && count >= 1 && count <= MOST_ROUNDS;
  const isReady = outcome.kind === 'valid' && isCount && countersigned !== null;
  return (
    <form
      className={classes['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (outcome.kind !== 'valid' || !isCount || countersigned === null) return;
        const policy = { kind: 'on', limits: outcome.limits, rounds: count } as const;
        save.mutate({ policy, countersigned }, { onError: forget });
      }}
    >
      <p className={`${classes['quiet'] ?? ''} ${classes['wide'] ?? ''}`}>{words.standingWhy}</p>
      <strong className={classes['wide']}>
        {saved.kind === 'off' ? words.standingOff : words.standingOn(saved.rounds)}
      </strong>
      <TextInput
        label={words.rounds}
        inputMode="numeric"
        value={rounds}
        error={isCount ? undefined : text.review.limits.followingBad(MOST_ROUNDS)}
        onChange={(event) => {
          setRounds(event.currentTarget.value);
        }}
      />
      <LimitFields typed={typed} errors={errors} onTyped={setTyped} />
      <div className={classes['wide']}>
        <CountersignFields countersign={countersign} />
      </div>
      <p className={`${classes['quiet'] ?? ''} ${classes['wide'] ?? ''}`}>{words.standingLoosens}</p>
      {save.isError ? <FailureNotice error={save.error} /> : null}
      <div className={`${classes['row'] ?? ''} ${classes['wide'] ?? ''}`}>
        <Button type="submit" aria-disabled={!isReady} loading={save.isPending}>
          {words.turnOn(rounds)}
        </Button>
        {saved.kind === 'on' ? (
          <Button
            onClick={() => {
              save.mutate({ policy: { kind: 'off' }, countersigned: [] });
            }}
          >
            {words.turnOff}
          </Button>
        ) : null}
      </div>
    </form>
  );
}

interface LimitFieldsProps {
  readonly typed: LimitsText;
  readonly errors: Readonly<Partial<Record<LimitField, string>>>;
  readonly onTyped: (typed: LimitsText) => void;
}

function LimitFields({ typed, errors, onTyped }: LimitFieldsProps): ReactNode {
  return LIMIT_FIELDS.map((field) => (
    <TextInput
      key={field}
      label={text.review.limits[field]}
      inputMode="decimal"
      value={typed[field]}
      error={errors[field]}
      onChange={(event) => {
        onTyped({ ...typed, [field]: event.currentTarget.value });
      }}
    />
  ));
}

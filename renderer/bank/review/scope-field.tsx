/** How many rounds this review releases, what that sets aside, and under which limits. */
import { Button, NumberInput, Radio } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { type ScopeLimits } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { epsilonLeft, epsilonSpent } from '../../ui/format.ts';
import { mostFollowing, type ScopeChoice } from './decision.ts';
import { LimitsDialog } from './limits-dialog.tsx';
import classes from './review.module.css';

const words = text.review.releases;
const DEFAULT_FOLLOWING = 10;

export interface ScopeFieldProps {
  readonly view: ReviewView;
  readonly choice: ScopeChoice;
  readonly onChoice: (choice: ScopeChoice) => void;
}

export function ScopeField({ view, choice, onChoice }: ScopeFieldProps): ReactNode {
  const most = mostFollowing(view);
  const defaults = view.scope?.defaultLimits ?? null;
  return (
    <fieldset className={classes['fieldset']}>
      <legend className={classes['legend']}>{words.legend}</legend>
      <Radio
        name="scope"
        label={words.thisRound}
        checked={choice.kind === 'this-round'}
        onChange={() => {
          onChoice({ kind: 'this-round' });
        }}
      />
      {defaults === null || most === 0 ? (
        <span className={classes['quiet']}>{words.notAvailable}</span>
      ) : (
        <Following view={view} choice={choice} onChoice={onChoice} most={most} defaults={defaults} />
      )}
    </fieldset>
  );
}

interface FollowingProps extends ScopeFieldProps {
  readonly most: number;
  readonly defaults: ScopeLimits;
}

function Following({ view, choice, onChoice, most, defaults }: FollowingProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const limits = choice.kind === 'rounds' ? choice.limits : defaults;
  const following = choice.kind === 'rounds' ? choice.following : Math.min(DEFAULT_FOLLOWING, most);
  return (
    <>
      <div className={classes['choice']}>
        <Radio
          name="scope"
          label={words.thisAnd}
          checked={choice.kind === 'rounds'}
          onChange={() => {
            onChoice({ kind: 'rounds', following, limits });
          }}
        />
        <NumberInput
          aria-label={words.followingLabel}
          size="xs"
          w={72}
          min={1}
          max={most}
          allowDecimal={false}
          clampBehavior="none"
          value={following ?? ''}
          error={following === null}
          onChange={(typed) => {
            onChoice({ kind: 'rounds', following: wholeWithin(typed, most), limits });
          }}
        />
        <span>{words.following}</span>
        <Button
          size="compact-sm"
          onClick={() => {
            setOpen(true);
          }}
        >
          {words.limits}
        </Button>
      </div>
      {choice.kind === 'rounds' ? <Holds view={view} following={following} most={most} /> : null}
      <LimitsDialog
        key={JSON.stringify(limits)}
        isOpen={isOpen}
        limits={limits}
        onClose={() => {
          setOpen(false);
        }}
        onLimits={(next) => {
          setOpen(false);
          onChoice({ kind: 'rounds', following, limits: next });
        }}
      />
    </>
  );
}

function wholeWithin(typed: string | number, most: number): number | null {
  const value = Number(typed);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : null;
}

function Holds(props: {
  readonly view: ReviewView;
  readonly following: number | null;
  readonly most: number;
}): ReactNode {
  const { view, following, most } = props;
  if (following === null || view.scope === null)
    return <span className={classes['obstacles']}>{text.review.limits.followingBad(most)}</span>;
  const held = view.scope.epsilonHeldByRounds[following] ?? 0;
  const end = view.scope.epsilonInTheEndByRounds[following] ?? 0;
  const budget = view.privacy === null ? null : epsilonLeft(view.privacy.budget);
  return (
    <span className={classes['quiet']}>{words.holds(epsilonSpent(held), epsilonSpent(end), budget)}</span>
  );
}

/** What computing this update cost: ε before → after of the budget, what that covers, and how it is counted. */
import { Button, Popover } from '@mantine/core';
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { deltaText, epsilonLeft, epsilonSpent } from '../../ui/format.ts';
import { EpsilonBar } from '../../ui/gauge.tsx';
import { UnitClaim, wordsOfUnit } from '../privacy/unit-claim.tsx';
import classes from './review.module.css';

const words = text.review;

export function PriceLine({ privacy, state }: Pick<ReviewView, 'privacy' | 'state'>): ReactNode {
  return (
    <section aria-labelledby="review-privacy">
      <div className={classes['price']}>
        <h2 className={classes['bandTitle']} id="review-privacy">
          {words.privacyTitle}
        </h2>
        {privacy === null ? (
          <span>{words.priceNone}</span>
        ) : (
          <Price privacy={privacy} isOpen={state.kind === 'waiting' || state.kind === 'changed'} />
        )}
      </div>
    </section>
  );
}

interface PriceProps {
  readonly privacy: NonNullable<ReviewView['privacy']>;
  /** A decision is still to come: what this round added is told apart in the bar. */
  readonly isOpen: boolean;
}

function Price({ privacy, isOpen }: PriceProps): ReactNode {
  const { epsilonBefore, epsilonAfter, epsilonOfThisRound, budget, delta, unit } = privacy;
  const { unit: unitName, covers } = wordsOfUnit(unit);
  return (
    <>
      <span className={classes['priceMain']}>
        {words.price(epsilonSpent(epsilonBefore), epsilonSpent(epsilonAfter), epsilonLeft(budget))}
      </span>
      <EpsilonBar
        charged={isOpen ? epsilonBefore : epsilonAfter}
        more={isOpen ? epsilonAfter - epsilonBefore : 0}
        moreIs="added"
        budget={budget}
      />
      <How privacy={privacy} />
      <span className={classes['priceRest']}>
        <span>
          {words.priceRound(epsilonSpent(epsilonOfThisRound))} · {words.delta(deltaText(delta))} ·{' '}
          {words.unit(unitName)}
        </span>
        <span>
          {words.bounds} {covers}
        </span>
      </span>
    </>
  );
}

function How({ privacy }: Pick<PriceProps, 'privacy'>): ReactNode {
  return (
    <Popover width={460} position="bottom-end" withArrow shadow="md">
      <Popover.Target>
        <Button size="compact-sm" data-print="no">
          {words.how}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes['how']}>
        <strong>{text.privacy.covers}</strong>
        <UnitClaim unit={privacy.unit} />
        <strong>{words.howCounted}</strong>
        <p>{words.howText(privacy.chargeSequence)}</p>
      </Popover.Dropdown>
    </Popover>
  );
}

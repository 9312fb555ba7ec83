/** What computing this update cost: ε before → after of the budget, and how it is counted. */
import { Button, Popover } from '@mantine/core';
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { deltaText, epsilonLeft, epsilonSpent } from '../../ui/format.ts';
import { EpsilonBar } from '../../ui/gauge.tsx';
import classes from './review.module.css';

const words = text.review;

export function PriceLine({ privacy }: Pick<ReviewView, 'privacy'>): ReactNode {
  return (
    <section aria-labelledby="review-privacy">
      <div className={classes['price']}>
        <h2 className={classes['bandTitle']} id="review-privacy">
          {words.privacyTitle}
        </h2>
        {privacy === null ? <span>{words.priceNone}</span> : <Price privacy={privacy} />}
      </div>
    </section>
  );
}

function Price({ privacy }: { readonly privacy: NonNullable<ReviewView['privacy']> }): ReactNode {
  const { epsilonBefore, epsilonAfter, epsilonOfThisRound, budget, delta, unit, chargeSequence } = privacy;
  return (
    <>
      <span className={classes['priceFigures']}>
        <span className={classes['priceMain']}>
          {words.price(epsilonSpent(epsilonBefore), epsilonSpent(epsilonAfter), epsilonLeft(budget))}
        </span>
        <span className={`${classes['quiet'] ?? ''} ${classes['small'] ?? ''}`}>
          {words.priceRound(epsilonSpent(epsilonOfThisRound))} · {words.delta(deltaText(delta))} ·{' '}
          {words.unit(text.privacy.unit[unit])}
        </span>
      </span>
      <EpsilonBar
        charged={epsilonBefore}
        more={epsilonAfter - epsilonBefore}
        moreIs="added"
        budget={budget}
      />
      <Popover width={340} position="bottom-end" withArrow shadow="md">
        <Popover.Target>
          <Button size="compact-sm" data-print="no">
            {words.how}
          </Button>
        </Popover.Target>
        <Popover.Dropdown fz={13} lh="18px">
          {words.howText(chargeSequence)}
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

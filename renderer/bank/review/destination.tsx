/** Where the update would go, as whom, and what: the violet line. Violet means "leaves this machine" and nothing else. */
import { IconCircleCheck } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Digest } from '../../ui/digest.tsx';
import { bytesText, count } from '../../ui/format.ts';
import classes from './review.module.css';

const words = text.review;

export function Destination({ view }: { readonly view: ReviewView }): ReactNode {
  const { destination, identity, numbers, bytes, digest } = view;
  return (
    <dl className={classes['destination']} aria-label={words.leaves}>
      <div>
        <dt>{words.to}</dt>
        <dd>
          <span className={classes['strong']}>{destination.consortium}</span>
          <span>{destination.address}</span>
          <span className={classes['together']}>
            <span className={classes['pinned']}>
              <IconCircleCheck size={14} stroke={1.75} aria-hidden /> {words.pinned}
            </span>
            <Digest value={destination.operatorFingerprint} of={words.operator} isShort />
          </span>
        </dd>
      </div>
      <div>
        <dt>{words.as}</dt>
        <dd>
          <span className={classes['strong']}>{identity.bank}</span>
          <span>{identity.analyst}</span>
          <span className={classes['together']}>
            <span className={`${classes['small'] ?? ''} ${classes['quiet'] ?? ''}`}>{words.key}</span>
            <Digest value={identity.keyFingerprint} of={words.key} isShort />
          </span>
        </dd>
      </div>
      <div>
        <dt>{words.what}</dt>
        <dd>
          <span className={classes['strong']}>{words.whatValue(count(numbers), bytesText(bytes))}</span>
          <span className={classes['together']}>
            <span className={`${classes['small'] ?? ''} ${classes['quiet'] ?? ''}`}>{words.digest}</span>
            <Digest value={digest} of={words.digest} />
          </span>
        </dd>
      </div>
    </dl>
  );
}

/** What is known of the destination before the update is read: shown while loading. */
export function DestinationKnown({ isFailed }: { readonly isFailed: boolean }): ReactNode {
  const state = useAsk('app.state', {});
  const hub = state.data?.hub;
  const bank = state.data?.bank ?? null;
  if (hub?.kind !== 'joined' || bank === null) return null;
  return (
    <dl className={classes['destination']} aria-label={words.leaves}>
      <div>
        <dt>{words.to}</dt>
        <dd>
          <span className={classes['strong']}>{hub.consortium}</span>
          <span>{hub.address}</span>
        </dd>
      </div>
      <div>
        <dt>{words.as}</dt>
        <dd>
          <span className={classes['strong']}>{bank.name}</span>
          <span>{bank.analyst}</span>
        </dd>
      </div>
      <div>
        <dt>{words.what}</dt>
        <dd className={classes['quiet']}>{isFailed ? words.failedWhat : words.loadingWhat}</dd>
      </div>
    </dl>
  );
}

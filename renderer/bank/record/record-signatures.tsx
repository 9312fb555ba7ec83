/** Who signed the release, with key and signature, so that a printed record can be checked against the pack. */
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { momentText } from '../../ui/format.ts';
import { Part } from '../../ui/panel.tsx';
import { Hash } from './record-facts.tsx';
import classes from './record.module.css';

const words = text.record;

export function RecordSignatures({ view }: { readonly view: ReviewView }): ReactNode {
  const signatures = useAsk('review.signatures', { updateId: view.updateId });
  return (
    <Part query={signatures} skeletonRows={2}>
      {(signed) => {
        if (signed.length > 0)
          return signed.map(({ statement, publicKey, signature }) => (
            <div key={statement.reviewerId} className={classes['signature']}>
              <div>
                <strong>{statement.reviewer}</strong> {words.signedAt(momentText(statement.at))}
              </div>
              <div>
                {words.publicKey} <Hash value={publicKey} />
              </div>
              <div>
                {words.signature} <Hash value={signature} />
              </div>
            </div>
          ));
        if (view.signatures.needed === 1) return <p>{words.noSignatures}</p>;
        return <p>{text.reviewers.sign.needed(view.signatures.given.length, view.signatures.needed)}</p>;
      }}
    </Part>
  );
}

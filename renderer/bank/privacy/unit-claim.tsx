/** What ε bounds and what it does not, word for word as shared/privacy/unit-words.ts says it. */
import { type ReactNode } from 'react';
import { unitWords } from '#shared/privacy/unit-words.ts';
import { type PrivacyUnit } from '#shared/round/charter.ts';
import { text } from '../../text/en.ts';
import classes from './privacy.module.css';

const words = text.privacy;

/** Charters of this version take counterparty windows from the bank's own rows. */
export function wordsOfUnit(unit: PrivacyUnit): ReturnType<typeof unitWords> {
  return unitWords({ unit, features: 'own-windows' });
}

export function UnitClaim({ unit }: { readonly unit: PrivacyUnit }): ReactNode {
  const { covers, notCovered } = wordsOfUnit(unit);
  return (
    <div className={classes['stack']}>
      <p className={classes['covers']}>{covers}</p>
      <div>
        <strong className={classes['small']}>{words.notCovered}</strong>
        <ul className={classes['list']}>
          {notCovered.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
          <li>{words.notDecision}</li>
        </ul>
      </div>
    </div>
  );
}

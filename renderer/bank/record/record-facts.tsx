/** The named values of a review record: what was decided, of which bytes, at which price. */
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { type Fact } from '../../ui/facts.tsx';
import {
  bytesText,
  count,
  deltaText,
  epsilonLeft,
  epsilonSpent,
  inFours,
  momentText,
  roundNumber,
} from '../../ui/format.ts';
import { wordsOfUnit } from '../privacy/unit-claim.tsx';
import classes from './record.module.css';

const words = text.record;

/** A hash whole, in fours, so that it can be compared on paper. */
export function Hash({ value }: { readonly value: string }): ReactNode {
  return <span className={classes['hash']}>{inFours(value.replaceAll(/[\s:]/g, '')).join(' ')}</span>;
}

export function decisionFacts({ decision, identity, note, state }: ReviewView): readonly Fact[] {
  if (decision === null) return [{ name: words.decision, value: words.none }];
  const facts: Fact[] = [
    {
      name: words.decision,
      value: <strong>{state.kind === 'discarded' ? words.discarded : words.kinds[decision.kind]}</strong>,
    },
    { name: words.at, value: momentText(decision.at) },
  ];
  if (decision.source !== null)
    facts.push({
      name: words.by,
      value:
        decision.source === 'scope'
          ? words.byScope
          : `${identity.analyst}, ${identity.bank}: ${words.byHand}`,
    });
  if (decision.restsOn !== null) facts.push({ name: words.restsOn, value: decision.restsOn });
  if (decision.audit !== null)
    facts.push({
      name: words.audit,
      value: (
        <>
          {words.auditNo(decision.audit.sequence)}, <Hash value={decision.audit.hash} />
        </>
      ),
    });
  if (note !== null && note !== '') facts.push({ name: words.note, value: note });
  return facts;
}

export function updateFacts(view: ReviewView): readonly Fact[] {
  const { destination, identity } = view;
  return [
    { name: words.to, value: `${destination.consortium}, ${destination.address}` },
    { name: words.operator, value: <Hash value={destination.operatorFingerprint} /> },
    { name: words.as, value: `${identity.bank} (${identity.analyst}), ${identity.bankId}` },
    { name: words.key, value: <Hash value={identity.keyFingerprint} /> },
    { name: words.run, value: destination.runTitle },
    { name: words.round, value: words.roundOf(roundNumber(view.roundIndex), view.rounds) },
    { name: words.updateId, value: view.updateId },
    { name: words.size, value: text.review.whatValue(count(view.numbers), bytesText(view.bytes)) },
    { name: words.digest, value: <Hash value={view.digest} /> },
  ];
}

export function privacyFacts({ privacy }: ReviewView): readonly Fact[] {
  if (privacy === null) return [{ name: words.privacy, value: text.review.priceNone }];
  const { epsilonBefore, epsilonAfter, epsilonOfThisRound, budget, delta, unit, chargeSequence } = privacy;
  const { covers, notCovered, unit: unitName } = wordsOfUnit(unit);
  return [
    {
      name: words.spend,
      value: text.review.price(epsilonSpent(epsilonBefore), epsilonSpent(epsilonAfter), epsilonLeft(budget)),
    },
    { name: words.ofRound, value: epsilonSpent(epsilonOfThisRound) },
    { name: words.delta, value: deltaText(delta) },
    { name: words.charge, value: words.auditNo(chargeSequence) },
    { name: words.unit, value: unitName },
    { name: words.covers, value: covers },
    { name: words.notCovered, value: [...notCovered, text.privacy.notDecision].join(' ') },
  ];
}

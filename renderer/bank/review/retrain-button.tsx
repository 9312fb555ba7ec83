/** Discard and train again with more noise: a dialog that says what stays charged and what the new training charges. */
import { Button, Radio, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type Digest } from '#shared/ids.ts';
import { MORE_NOISE } from '#shared/round/more-noise.ts';
import { type RetrainingView, type ReviewView } from '#shared/round/review-view.ts';
import { useAsk, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { AlertDialog } from '../../ui/alert-dialog.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { epsilonLeft, epsilonSpent, figure, roundNumber } from '../../ui/format.ts';
import { EpsilonBar } from '../../ui/gauge.tsx';
import { toast } from '../../ui/toast.ts';
import {
  canRetrain,
  factorOf,
  factorText,
  FIRST_CHOICE,
  type NoiseChoice,
  noiseOf,
  retrainLabel,
  retrainObstacle,
} from './retraining.ts';
import classes from './review.module.css';

const words = text.review.retrain;

export interface RetrainButtonProps {
  readonly view: ReviewView;
  /** The digest that was shown. */
  readonly digest: Digest;
  readonly note: string;
}

export function RetrainButton(props: RetrainButtonProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  if (!canRetrain(props.view)) return null;
  return (
    <>
      <Button
        onClick={() => {
          setOpen(true);
        }}
      >
        {words.open}
      </Button>
      {isOpen ? (
        <RetrainDialog
          {...props}
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}

/** The factor moves while the deadline does. */
const ASK_EVERY_MS = 5000;

function RetrainDialog(props: RetrainButtonProps & { readonly onClose: () => void }): ReactNode {
  const { view, digest, note, onClose } = props;
  const { updateId, terms } = view;
  const [choice, setChoice] = useState<NoiseChoice>(FIRST_CHOICE);
  const factor = factorOf(choice);
  const noiseMultiplier = noiseOf(terms, factor ?? MORE_NOISE.largestFactor);
  const asked = useAsk(
    'review.retraining',
    { updateId, noiseMultiplier },
    { isEnabled: factor !== null, everyMs: ASK_EVERY_MS },
  );
  // What is kept from the factor before is not this one's price.
  const told = factor === null || asked.isPlaceholderData ? null : (asked.data ?? null);
  const retrain = useTell('review.retrain', () => {
    onClose();
    if (factor !== null) toast(words.toast(factorText(factor)));
  });
  return (
    <AlertDialog
      title={words.title(roundNumber(view.roundIndex))}
      safe={text.review.withholdKeep}
      onClose={onClose}
      anyway={{
        label: retrainLabel(factor),
        isPending: retrain.isPending,
        waitingFor: retrainObstacle(factor, told),
        act: () => {
          retrain.mutate({ updateId, digest, noiseMultiplier, note });
        },
      }}
    >
      <p>{words.why}</p>
      <Factor choice={choice} onChoice={setChoice} />
      <Price view={view} told={told} factor={factor} />
      <p>{words.hub}</p>
      {told?.refusal ? <FailureNotice failure={told.refusal} isHere /> : null}
      {asked.isError ? <FailureNotice error={asked.error} isHere /> : null}
      {retrain.isError ? <FailureNotice error={retrain.error} isHere /> : null}
    </AlertDialog>
  );
}

interface FactorProps {
  readonly choice: NoiseChoice;
  readonly onChoice: (choice: NoiseChoice) => void;
}

function Factor({ choice, onChoice }: FactorProps): ReactNode {
  const isBad = choice.kind === 'typed' && factorOf(choice) === null;
  return (
    <fieldset className={classes['fieldset']}>
      <legend className={classes['legend']}>{words.legend}</legend>
      <div className={classes['factors']}>
        {MORE_NOISE.offered.map((factor) => (
          <Radio
            key={factor}
            name="noise-factor"
            label={words.times(factorText(factor))}
            checked={choice.kind === 'offered' && choice.factor === factor}
            onChange={() => {
              onChoice({ kind: 'offered', factor });
            }}
          />
        ))}
        <Radio
          name="noise-factor"
          label={words.other}
          checked={choice.kind === 'typed'}
          onChange={() => {
            onChoice({ kind: 'typed', typed: '' });
          }}
        />
        {choice.kind === 'typed' ? (
          <TextInput
            aria-label={words.otherLabel}
            size="xs"
            w={72}
            inputMode="decimal"
            value={choice.typed}
            error={isBad}
            onChange={(event) => {
              onChoice({ kind: 'typed', typed: event.currentTarget.value });
            }}
          />
        ) : null}
      </div>
    </fieldset>
  );
}

interface PriceProps {
  readonly view: ReviewView;
  readonly told: RetrainingView | null;
  readonly factor: number | null;
}

/** The whole budget before and after, as beside every update; and what the discarded one keeps of it. */
function Price({ view, told, factor }: PriceProps): ReactNode {
  const { terms, privacy } = view;
  const cost = told?.cost ?? null;
  return (
    <div className={classes['stack']} aria-live="polite" aria-busy={factor !== null && told === null}>
      {factor === null ? null : (
        <p className={classes['quiet']}>
          {words.noise(figure(noiseOf(terms, factor), 3), figure(terms.agreedNoiseMultiplier, 3))}
        </p>
      )}
      {cost === null ? null : (
        <>
          <p>
            <strong>
              {text.review.price(
                epsilonSpent(cost.epsilonBefore),
                epsilonSpent(cost.epsilonAfter),
                epsilonLeft(cost.budget),
              )}
            </strong>{' '}
            {words.charges(epsilonSpent(cost.epsilonAfter - cost.epsilonBefore))}
          </p>
          <EpsilonBar
            charged={cost.epsilonBefore}
            more={cost.epsilonAfter - cost.epsilonBefore}
            moreIs="added"
            budget={cost.budget}
          />
        </>
      )}
      {privacy === null ? null : <p>{words.stays(epsilonSpent(privacy.epsilonOfThisRound))}</p>}
      {told === null ? null : (
        <p className={classes['quiet']}>{words.trainings(told.trainings + 1, told.mostTrainings)}</p>
      )}
    </div>
  );
}

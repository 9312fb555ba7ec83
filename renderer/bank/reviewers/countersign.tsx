/** Two names with two passphrases, where a bank lets two reviewers sign what loosens; nothing in mode `one`. */
import { NativeSelect, PasswordInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type ReviewerCredential, type ReviewerView } from '#shared/round/reviewer-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import {
  activeReviewers,
  type Countersigning,
  countersignedBy,
  type CredentialText,
  NO_COUNTERSIGNING,
} from './credential.ts';
import classes from './reviewers.module.css';

const words = text.reviewers;

export interface Countersign {
  readonly isNeeded: boolean;
  /** What goes with the change; null while it is needed and incomplete. */
  readonly countersigned: ReviewerCredential[] | null;
  readonly typed: Countersigning;
  readonly onTyped: (typed: Countersigning) => void;
  readonly reviewers: readonly ReviewerView[];
  /** A passphrase lives no longer than its one use. */
  readonly forget: () => void;
}

/** `loosens`: whether the change as it stands takes signatures at all. */
export function useCountersign(loosens: boolean): Countersign {
  const [typed, onTyped] = useState<Countersigning>(NO_COUNTERSIGNING);
  const { data } = useAsk('reviewers.list', {});
  const isNeeded = loosens && data?.mode === 'two';
  return {
    isNeeded,
    countersigned: isNeeded ? countersignedBy(typed) : [],
    typed,
    onTyped,
    reviewers: activeReviewers(data?.reviewers ?? []),
    forget: () => {
      onTyped(NO_COUNTERSIGNING);
    },
  };
}

export function CountersignFields({ countersign }: { readonly countersign: Countersign }): ReactNode {
  const { isNeeded, typed, onTyped, reviewers } = countersign;
  if (!isNeeded) return null;
  const set = (place: 0 | 1, change: CredentialText): void => {
    onTyped(place === 0 ? [change, typed[1]] : [typed[0], change]);
  };
  return (
    <fieldset className={classes['countersign']}>
      <legend className={classes['legend']}>{words.both}</legend>
      <p className={classes['quiet']}>{words.bothWhy}</p>
      {([0, 1] as const).map((place) => (
        <CredentialFields
          key={place}
          labels={{ reviewer: words.reviewerOf(place), passphrase: words.passphraseOf(place) }}
          reviewers={reviewers.filter(
            ({ reviewerId }) => reviewerId !== typed[place === 0 ? 1 : 0].reviewerId,
          )}
          value={typed[place]}
          onValue={(change) => {
            set(place, change);
          }}
        />
      ))}
    </fieldset>
  );
}

export interface CredentialFieldsProps {
  readonly labels: { readonly reviewer: string; readonly passphrase: string };
  readonly reviewers: readonly ReviewerView[];
  readonly value: CredentialText;
  readonly onValue: (value: CredentialText) => void;
}

/** One reviewer and their passphrase. */
export function CredentialFields({ labels, reviewers, value, onValue }: CredentialFieldsProps): ReactNode {
  return (
    <div className={classes['credential']}>
      <NativeSelect
        label={labels.reviewer}
        value={value.reviewerId}
        data={[
          { value: '', label: words.choose },
          ...reviewers.map(({ reviewerId, name }) => ({ value: reviewerId, label: name })),
        ]}
        onChange={(event) => {
          onValue({ reviewerId: event.currentTarget.value, passphrase: '' });
        }}
      />
      <PasswordInput
        label={labels.passphrase}
        value={value.passphrase}
        maxLength={1000}
        autoComplete="off"
        visibilityToggleButtonProps={{ tabIndex: -1, 'aria-hidden': true }}
        onChange={(event) => {
          onValue({ ...value, passphrase: event.currentTarget.value });
        }}
      />
    </div>
  );
}

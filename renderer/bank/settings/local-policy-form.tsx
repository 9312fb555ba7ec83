/** The floors that beat the hub: tightened freely, loosened with a reason and, where two are required, both signatures. */
import { Button, Checkbox, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type LocalPolicy } from '#shared/contract/bank.ts';
import { type PolicyChange, policyChanges } from '#shared/privacy/policy-change.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { toast } from '../../ui/toast.ts';
import { CountersignFields, useCountersign } from '../reviewers/countersign.tsx';
import {
  parsePolicy,
  POLICY_NUMBERS,
  type PolicyNumber,
  type PolicyText,
  policyText,
} from './local-policy.ts';
import { PolicyChanges } from './policy-changes.tsx';
import classes from './settings.module.css';

const words = text.settings.policy;

export function LocalPolicyForm({ saved }: { readonly saved: LocalPolicy }): ReactNode {
  const [typed, setTyped] = useState(() => policyText(saved));
  const [reason, setReason] = useState('');
  const outcome = parsePolicy(typed);
  const changes = outcome.kind === 'valid' ? policyChanges(saved, outcome.policy) : [];
  const loosens = changes.some((change) => change.loosens);
  const countersign = useCountersign(loosens);
  const save = useTell('policy.setLocal', () => {
    toast(words.saved);
  });
  const { countersigned, forget } = countersign;
  const lacksReason = loosens && reason.trim() === '';
  const isReady = changes.length > 0 && !lacksReason && countersigned !== null;
  return (
    <form
      className={classes['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (outcome.kind === 'valid' && isReady)
          save.mutate({ policy: outcome.policy, reason: reason.trim(), countersigned }, { onError: forget });
      }}
    >
      <p className={`${classes['quiet'] ?? ''} ${classes['wide'] ?? ''}`}>{words.localWhy}</p>
      <PolicyFields
        typed={typed}
        wrong={outcome.kind === 'invalid' ? outcome.fields : []}
        onTyped={setTyped}
      />
      <PolicyChanges changes={changes} />
      <ReasonField reason={reason} loosens={loosens} onReason={setReason} />
      <div className={classes['wide']}>
        <CountersignFields countersign={countersign} />
      </div>
      {save.isError ? <FailureNotice error={save.error} /> : null}
      <div className={`${classes['row'] ?? ''} ${classes['wide'] ?? ''}`}>
        <Button
          type="submit"
          variant={isReady ? 'filled' : 'default'}
          aria-disabled={!isReady}
          title={lacksReason ? words.needsReason : undefined}
          loading={save.isPending}
        >
          {saveLabel(changes)}
        </Button>
      </div>
    </form>
  );
}

function saveLabel(changes: readonly PolicyChange[]): string {
  if (changes.length === 0) return words.save;
  return changes.some(({ loosens }) => loosens) ? words.saveLoosens : words.saveTightens;
}

function ReasonField(props: {
  readonly reason: string;
  readonly loosens: boolean;
  readonly onReason: (reason: string) => void;
}): ReactNode {
  const { reason, loosens, onReason } = props;
  return (
    <TextInput
      className={classes['wide']}
      label={words.reason}
      description={loosens ? words.reasonHelp : words.reasonFree}
      value={reason}
      maxLength={2000}
      required={loosens}
      onChange={(event) => {
        onReason(event.currentTarget.value);
      }}
    />
  );
}

interface PolicyFieldsProps {
  readonly typed: PolicyText;
  readonly wrong: readonly PolicyNumber[];
  readonly onTyped: (typed: PolicyText) => void;
}

function PolicyFields({ typed, wrong, onTyped }: PolicyFieldsProps): ReactNode {
  return (
    <>
      {POLICY_NUMBERS.map((name) => (
        <TextInput
          key={name}
          label={words[name]}
          inputMode="decimal"
          value={typed.numbers[name]}
          error={wrong.includes(name) ? words.badNumber : undefined}
          onChange={(event) => {
            onTyped({ ...typed, numbers: { ...typed.numbers, [name]: event.currentTarget.value } });
          }}
        />
      ))}
      <Checkbox
        className={classes['wide']}
        label={words.allowRunsWithoutNoise}
        checked={typed.allowRunsWithoutNoise}
        onChange={(event) => {
          onTyped({ ...typed, allowRunsWithoutNoise: event.currentTarget.checked });
        }}
      />
    </>
  );
}

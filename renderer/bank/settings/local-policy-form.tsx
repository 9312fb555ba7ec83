/** The floors that beat the hub, changed with a reason. */
import { Button, Checkbox, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type LocalPolicy } from '#shared/contract/bank.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { toast } from '../../ui/toast.ts';
import {
  parsePolicy,
  POLICY_NUMBERS,
  type PolicyNumber,
  type PolicyText,
  policyText,
} from './local-policy.ts';
import classes from './settings.module.css';

const words = text.settings.policy;

export function LocalPolicyForm({ saved }: { readonly saved: LocalPolicy }): ReactNode {
  const [typed, setTyped] = useState(() => policyText(saved));
  const [reason, setReason] = useState('');
  const save = useTell('policy.setLocal', () => {
    toast(words.saved);
  });
  const outcome = parsePolicy(typed);
  const wrong = outcome.kind === 'invalid' ? outcome.fields : [];
  const hasReason = reason.trim() !== '';
  const isReady = outcome.kind === 'valid' && hasReason;
  return (
    <form
      className={classes['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (outcome.kind === 'valid' && hasReason)
          save.mutate({ policy: outcome.policy, reason: reason.trim() });
      }}
    >
      <p className={`${classes['quiet'] ?? ''} ${classes['wide'] ?? ''}`}>{words.localWhy}</p>
      <PolicyFields typed={typed} wrong={wrong} onTyped={setTyped} />
      <TextInput
        className={classes['wide']}
        label={words.reason}
        description={words.reasonHelp}
        value={reason}
        maxLength={2000}
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
      {save.isError ? <FailureNotice error={save.error} /> : null}
      <div className={`${classes['row'] ?? ''} ${classes['wide'] ?? ''}`}>
        <Button
          type="submit"
          variant={isReady ? 'filled' : 'default'}
          aria-disabled={!isReady}
          title={hasReason ? undefined : words.needsReason}
          loading={save.isPending}
        >
          {words.save}
        </Button>
      </div>
    </form>
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

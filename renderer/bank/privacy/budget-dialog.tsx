/** The budget's dialog: set it once, lower it freely, raise it with a reason. */
import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { PrivacyUnit } from '#shared/round/charter.ts';
import { type PrivacyStateView } from '#shared/privacy/ledger-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { epsilonLeft } from '../../ui/format.ts';
import { toast } from '../../ui/toast.ts';
import { CountersignFields, useCountersign } from '../reviewers/countersign.tsx';
import { type BudgetOutcome, type BudgetText, parseBudget } from './budget-form.ts';
import classes from './privacy.module.css';

const words = text.privacy;

export interface BudgetDialogProps {
  readonly isOpen: boolean;
  readonly state: PrivacyStateView;
  readonly onClose: () => void;
}

export function BudgetDialog({ isOpen, state, onClose }: BudgetDialogProps): ReactNode {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={state.budget === null ? words.setBudget : words.changeBudget}
    >
      <BudgetForm
        state={state}
        onDone={() => {
          onClose();
          toast(words.saved);
        }}
        onCancel={onClose}
      />
    </Modal>
  );
}

export interface BudgetFormProps {
  readonly state: PrivacyStateView;
  readonly onDone: () => void;
  readonly onCancel: (() => void) | null;
}

export function BudgetForm({ state, onDone, onCancel }: BudgetFormProps): ReactNode {
  const [typed, setTyped] = useState<BudgetText>(() => ({
    epsilon: String(state.budget?.epsilon ?? 4),
    delta: String(state.budget?.delta ?? 5e-7),
    unit: state.budget?.unit ?? 'transaction',
    reason: '',
  }));
  const save = useTell('privacy.setBudget', onDone);
  const outcome = parseBudget(typed, state);
  const countersign = useCountersign(outcome.kind === 'raise');
  const { countersigned, forget } = countersign;
  const isReady =
    outcome.kind !== 'same' && Object.keys(outcome.errors).length === 0 && countersigned !== null;
  const set = (change: Partial<BudgetText>): void => {
    setTyped((before) => ({ ...before, ...change }));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const { epsilon, delta } = outcome;
        if (!isReady) return;
        const reason = typed.reason.trim();
        save.mutate({ epsilon, delta, unit: typed.unit, reason, countersigned }, { onError: forget });
      }}
    >
      <Stack gap={12}>
        <Fields typed={typed} set={set} outcome={outcome} isNew={state.budget === null} />
        <Consequence outcome={outcome} before={state.budget?.epsilon ?? null} />
        <CountersignFields countersign={countersign} />
        {save.isError ? <FailureNotice error={save.error} /> : null}
        <Group justify="flex-end">
          {onCancel === null ? null : <Button onClick={onCancel}>{text.common.cancel}</Button>}
          <Button type="submit" variant="filled" aria-disabled={!isReady} loading={save.isPending}>
            {labelOf(outcome)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function labelOf({ kind, epsilon, errors }: BudgetOutcome): string {
  if (kind === 'set' || kind === 'same' || errors.epsilon !== undefined) return words.saveSet;
  return kind === 'lower' ? words.saveLower(epsilonLeft(epsilon)) : words.saveRaise(epsilonLeft(epsilon));
}

interface FieldsProps {
  readonly typed: BudgetText;
  readonly set: (change: Partial<BudgetText>) => void;
  readonly outcome: BudgetOutcome;
  readonly isNew: boolean;
}

function Fields({ typed, set, outcome, isNew }: FieldsProps): ReactNode {
  return (
    <>
      <TextInput
        label={words.epsilon}
        description={words.epsilonHelp}
        inputMode="decimal"
        value={typed.epsilon}
        error={outcome.errors.epsilon}
        data-autofocus
        onChange={(event) => {
          set({ epsilon: event.currentTarget.value });
        }}
      />
      {isNew ? <FixedFields typed={typed} set={set} outcome={outcome} /> : null}
      {outcome.kind === 'raise' || outcome.kind === 'lower' ? (
        <Textarea
          label={words.reason}
          description={words.reasonHelp}
          value={typed.reason}
          error={outcome.errors.reason}
          maxLength={2000}
          onChange={(event) => {
            set({ reason: event.currentTarget.value });
          }}
        />
      ) : null}
    </>
  );
}

function FixedFields({ typed, set, outcome }: Omit<FieldsProps, 'isNew'>): ReactNode {
  return (
    <>
      <NativeSelect
        label={words.unitLabel}
        description={words.unitHelp}
        value={typed.unit}
        data={PrivacyUnit.options.map((unit) => ({ value: unit, label: words.unitChoices[unit] }))}
        onChange={(event) => {
          const unit = PrivacyUnit.safeParse(event.currentTarget.value).data;
          if (unit !== undefined) set({ unit });
        }}
      />
      <TextInput
        label={words.delta}
        description={words.deltaHelp}
        value={typed.delta}
        error={outcome.errors.delta}
        onChange={(event) => {
          set({ delta: event.currentTarget.value });
        }}
      />
    </>
  );
}

function Consequence({
  outcome,
  before,
}: {
  readonly outcome: BudgetOutcome;
  readonly before: number | null;
}): ReactNode {
  if (before === null || outcome.errors.epsilon !== undefined) return null;
  if (outcome.kind === 'raise')
    return (
      <p className={classes['warning']}>
        {words.raiseWarning(epsilonLeft(before), epsilonLeft(outcome.epsilon))}
      </p>
    );
  return outcome.kind === 'lower' ? <Text c="dimmed">{words.lowerNote}</Text> : null;
}

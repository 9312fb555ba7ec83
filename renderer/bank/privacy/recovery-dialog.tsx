/** The way out of a ledger that blocks sending: what is wrong, what it will cost, a reason, and the act by its name. */
import { Button, Group, Stack, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type LedgerRecovery } from '#shared/privacy/ledger-view.ts';
import { useAsk, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { type Fact, Facts } from '../../ui/facts.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { count, epsilonSpent } from '../../ui/format.ts';
import { Part } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.ts';
import { CountersignFields, useCountersign } from '../reviewers/countersign.tsx';
import { mechanismText } from './ledger-columns.tsx';
import classes from './privacy.module.css';

const words = text.privacy.recovery;

export function RecoveryDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const recovery = useAsk('privacy.recovery', {});
  return (
    <Dialog onClose={onClose} title={words.title} size="lg">
      <Part query={recovery} skeletonRows={4}>
        {(plan) => (plan.kind === 'none' ? <p>{words.none}</p> : <Recover plan={plan} onClose={onClose} />)}
      </Part>
    </Dialog>
  );
}

type RecoveryPlan = Exclude<LedgerRecovery, { kind: 'none' }>;

interface RecoverProps {
  readonly plan: RecoveryPlan;
  readonly onClose: () => void;
}

function Recover({ plan, onClose }: RecoverProps): ReactNode {
  const [reason, setReason] = useState('');
  const countersign = useCountersign(true);
  const recover = useTell('privacy.recover', () => {
    onClose();
    toast(words.done);
  });
  const { countersigned, forget } = countersign;
  const isReady = reason.trim() !== '' && countersigned !== null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '' && countersigned !== null)
          recover.mutate({ reason: reason.trim(), countersigned }, { onError: forget });
      }}
    >
      <Stack gap={12}>
        <Facts facts={recoveryFacts(plan)} />
        <p className={classes['warning']}>{words.never}</p>
        <Textarea
          label={text.privacy.reason}
          description={text.privacy.reasonHelp}
          value={reason}
          maxLength={2000}
          data-autofocus
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        <CountersignFields countersign={countersign} />
        {recover.isError ? <FailureNotice error={recover.error} /> : null}
        <Group justify="flex-end">
          <Button onClick={onClose}>{text.common.cancel}</Button>
          <Button type="submit" variant="filled" aria-disabled={!isReady} loading={recover.isPending}>
            {words.act[plan.kind]}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function happens(plan: RecoveryPlan): string {
  switch (plan.kind) {
    case 'charge-missing':
      return words.chargeMissing;
    case 'close-budget':
      return plan.epsilonAfter === null
        ? words.closeUnknown
        : words.closeBudget(epsilonSpent(plan.epsilonAfter));
    case 'accept-audit-end':
      return words.acceptAuditEnd;
  }
}

export function recoveryFacts(plan: RecoveryPlan): readonly Fact[] {
  const facts: Fact[] = [
    { name: words.fault, value: plan.fault },
    { name: words.happens, value: happens(plan) },
  ];
  if (plan.kind === 'accept-audit-end') return facts;
  if (plan.kind === 'charge-missing')
    facts.push({
      name: text.privacy.columns.mechanism,
      value: plan.mechanisms.map((mechanism) => mechanismText({ mechanism })).join('; '),
    });
  if (plan.epsilonAfter !== null)
    facts.push({
      name: words.epsilon,
      value: words.epsilonIs(epsilonSpent(plan.epsilonBefore), epsilonSpent(plan.epsilonAfter)),
    });
  facts.push({ name: words.holds, value: count(plan.holdsEnded), meaning: words.holdsMeaning });
  return facts;
}

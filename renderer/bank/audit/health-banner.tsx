/** Whether the audit's chain verifies: one line when it does, full width with the way out when it does not. */
import { Button, Tooltip } from '@mantine/core';
import { type ReactNode } from 'react';
import { type AuditHealth, type StoreCheck } from '#shared/contract/bank-audit.ts';
import { type Tell, useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Digest } from '../../ui/digest.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { count } from '../../ui/format.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { toast } from '../../ui/toast.ts';
import { RecoveryButton } from '../privacy/recovery-button.tsx';
import classes from './audit.module.css';

const words = text.audit;

export function HealthBanner({ health }: { readonly health: AuditHealth }): ReactNode {
  const verify = useTell('audit.verify', (answer) => {
    if (answer.kind === 'verified') toast(words.verifiedToast);
  });
  const check = useTell('audit.verifyStore');
  // A break that was found by hand stays on the page, whatever the list said before.
  const shown = verify.data?.kind === 'broken' ? verify.data : health;
  const buttons = <Buttons verify={verify} check={check} />;
  const error = verify.error ?? check.error;
  return (
    <>
      {shown.kind === 'broken' ? (
        <FailureNotice
          failure={{
            code: 'store-damaged',
            message: `${words.broken(count(shown.atSequence), count(shown.atSequence - 1))}. ${shown.reason}`,
            nextStep: words.brokenNext,
          }}
          title={words.brokenTitle}
          isHere
          actions={
            <>
              {buttons}
              <RecoveryButton />
            </>
          }
        />
      ) : (
        <div className={classes['health']} role="status">
          <StatusBadge tone="good">{words.verified(count(shown.entries))}</StatusBadge>
          {shown.head === null ? null : (
            <span className={classes['head']}>
              {words.headIs} <Digest value={shown.head} of={words.headIs} isShort />
            </span>
          )}
          <span className={classes['end']}>{buttons}</span>
        </div>
      )}
      {error === null ? null : <FailureNotice error={error} />}
      {check.data === undefined ? null : <Parts parts={check.data} />}
    </>
  );
}

interface ButtonsProps {
  readonly verify: Tell<'audit.verify'>;
  readonly check: Tell<'audit.verifyStore'>;
}

function Buttons({ verify, check }: ButtonsProps): ReactNode {
  return (
    <>
      <Button
        size="compact-sm"
        data-print="no"
        loading={verify.isPending}
        onClick={() => {
          verify.mutate({});
        }}
      >
        {words.verify}
      </Button>
      <Tooltip label={words.verifyAllWhy}>
        <Button
          size="compact-sm"
          data-print="no"
          loading={check.isPending}
          onClick={() => {
            check.mutate({});
          }}
        >
          {words.verifyAll}
        </Button>
      </Tooltip>
    </>
  );
}

/** The parts of the store, each with what was found. */
function Parts({ parts }: { readonly parts: readonly StoreCheck[] }): ReactNode {
  return (
    <ul className={classes['parts']} role="status">
      {parts.map((part) => (
        <li key={part.part}>
          <StatusBadge tone={part.kind === 'verified' ? 'good' : 'bad'}>
            {words.checkWords[part.kind]}
          </StatusBadge>
          <strong>{part.part}</strong>
          <span>
            {part.detail}
            {part.kind === 'broken' ? `. ${part.nextStep}` : ''}
          </span>
        </li>
      ))}
    </ul>
  );
}

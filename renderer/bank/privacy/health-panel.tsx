/** Whether the ledger verifies, from its first to its last entry. */
import { Button } from '@mantine/core';
import { type ReactNode } from 'react';
import { type LedgerHealth } from '#shared/privacy/ledger-view.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { asFailure } from '../../text/failure-texts.ts';
import { Digest } from '../../ui/digest.tsx';
import { Facts } from '../../ui/facts.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { count } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { toast, toastFailure } from '../../ui/toast.ts';
import { RecoveryButton } from './recovery-button.tsx';

const words = text.privacy;

export function HealthPanel({ health }: { readonly health: LedgerHealth }): ReactNode {
  return (
    <Panel title={words.health} aside={<VerifyButton />}>
      <Health health={health} />
    </Panel>
  );
}

function Health({ health }: { readonly health: LedgerHealth }): ReactNode {
  const { head, headMeaning } = words;
  switch (health.kind) {
    case 'verified':
      return (
        <Facts
          facts={[
            {
              name: words.health,
              value: <StatusBadge tone="good">{words.healthVerified(count(health.entries))}</StatusBadge>,
            },
            {
              name: head,
              value:
                health.head === null ? text.common.none : <Digest value={health.head} of={head} isShort />,
              meaning: headMeaning,
            },
          ]}
        />
      );
    case 'broken':
      return <Broken message={`${words.healthBroken(count(health.atSequence))} ${health.reason}`} />;
    case 'rolled-back':
      return <Broken message={rolledBackText(health)} />;
  }
}

export function rolledBackText(health: Extract<LedgerHealth, { kind: 'rolled-back' }>): string {
  const { witness, expected } = health;
  const entries = count(health.entries);
  switch (witness) {
    case 'none':
      return `${words.healthUnwitnessed(entries)} ${words.witness.none}`;
    case 'hub':
      // It knows hashes, no numbers.
      return `${words.healthRolledBack(entries, null)} ${words.witness.hub}`;
    case 'mirror':
      return `${words.healthRolledBack(entries, count(expected))} ${words.witness.mirror}`;
    case undefined:
      return words.healthRolledBack(entries, count(expected));
  }
}

function Broken({ message }: { readonly message: string }): ReactNode {
  return (
    <FailureNotice
      failure={{ code: 'ledger-broken', message, nextStep: words.brokenNext }}
      isHere
      actions={<RecoveryButton />}
    />
  );
}

function VerifyButton(): ReactNode {
  const verify = useTell('privacy.verify', (health) => {
    if (health.kind === 'verified') toast(words.verified);
  });
  return (
    <Button
      size="compact-sm"
      loading={verify.isPending}
      onClick={() => {
        verify.mutate(
          {},
          {
            onError: (error) => {
              toastFailure(asFailure(error));
            },
          },
        );
      }}
    >
      {words.verifyNow}
    </Button>
  );
}

/** Audit: every act in this store in plain words, with the chain that shows whether one was changed since. */
import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconHistory, IconPackageExport } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { type AuditRead, useAudit } from '../../queries/audit.ts';
import { text } from '../../text/en.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Page, Stacked } from '../../ui/page.tsx';
import { Frame, Part } from '../../ui/panel.tsx';
import { type AuditChoice, AuditTable, filterOf } from './audit-table.tsx';
import { HealthBanner } from './health-banner.tsx';
import { PackDialog } from './pack-dialog.tsx';

const words = text.audit;
/** The search waits until the typing rests. */
const REST_MS = 200;

export function Audit(): ReactNode {
  const [choice, setChoice] = useState<AuditChoice>({ kind: 'all', search: '' });
  const [rested] = useDebouncedValue(choice, REST_MS);
  const [isPacking, setPacking] = useState(false);
  const audit = useAudit(filterOf(rested));
  return (
    <Page
      title={words.title}
      about={words.about}
      actions={
        <Button
          leftSection={<IconPackageExport size={16} stroke={1.5} aria-hidden />}
          onClick={() => {
            setPacking(true);
          }}
        >
          {words.pack}
        </Button>
      }
    >
      <Part query={audit} skeletonRows={10}>
        {(read) => <Entries read={read} choice={choice} onChoice={setChoice} />}
      </Part>
      {isPacking ? (
        <PackDialog
          onClose={() => {
            setPacking(false);
          }}
        />
      ) : null}
    </Page>
  );
}

interface EntriesProps {
  readonly read: AuditRead;
  readonly choice: AuditChoice;
  readonly onChoice: (choice: AuditChoice) => void;
}

function Entries({ read, choice, onChoice }: EntriesProps): ReactNode {
  const isUnfiltered = choice.kind === 'all' && choice.search === '';
  if (read.entries.length === 0 && isUnfiltered)
    return <EmptyState icon={IconHistory} title={words.emptyTitle} why={words.emptyWhy} />;
  return (
    <Stacked>
      <HealthBanner health={read.health} />
      <Frame>
        <AuditTable entries={read.entries} choice={choice} onChoice={onChoice} />
      </Frame>
    </Stacked>
  );
}

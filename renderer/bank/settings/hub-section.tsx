/** The hub this bank is joined to, or joining one by invitation. */
import { type ReactNode } from 'react';
import { type AppState, type HubLink } from '#shared/contract/bank.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Digest } from '../../ui/digest.tsx';
import { Facts } from '../../ui/facts.tsx';
import { bytesText } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { connectionText } from '../overview/hub-panel.tsx';
import { hubWord } from '../shell/hub-word.ts';
import { JoinForm } from './join-form.tsx';

const words = text.settings.hub;

export function HubSection({ state }: { readonly state: AppState }): ReactNode {
  const { hub, bank } = state;
  if (hub.kind === 'none')
    return (
      <Panel title={words.joinTitle}>
        <JoinForm />
      </Panel>
    );
  return <JoinedHub hub={hub} ownFingerprint={bank?.keyFingerprint ?? ''} />;
}

interface JoinedHubProps {
  readonly hub: Extract<HubLink, { kind: 'joined' }>;
  readonly ownFingerprint: string;
}

function JoinedHub({ hub, ownFingerprint }: JoinedHubProps): ReactNode {
  const traffic = useAsk('app.traffic', {}, { everyMs: 5_000 });
  const { word, tone } = hubWord(hub);
  const moved = traffic.data;
  return (
    <Panel title={words.title} aside={<StatusBadge tone={tone}>{word}</StatusBadge>}>
      <Facts
        facts={[
          { name: text.overview.hub, value: hub.consortium },
          { name: text.overview.hubAddress, value: hub.address },
          { name: words.operator, value: <Digest value={hub.operatorFingerprint} of={words.operator} /> },
          { name: words.own, value: <Digest value={ownFingerprint} of={words.own} /> },
          { name: words.bankId, value: hub.bankId ?? text.common.notYet },
          { name: text.overview.membership, value: text.overview.memberships[hub.membership] },
          { name: text.overview.connection, value: connectionText(hub.connection) },
          {
            name: words.traffic,
            value:
              moved === undefined
                ? '–'
                : words.trafficValue(bytesText(moved.bytesUp), bytesText(moved.bytesDown)),
          },
        ]}
      />
    </Panel>
  );
}

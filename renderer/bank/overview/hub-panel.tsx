/** The consortium at a glance: hub, membership, connection. */
import { type ReactNode } from 'react';
import { type AppState, type HubLink } from '#shared/contract/bank.ts';
import { text } from '../../text/en.ts';
import { Digest } from '../../ui/digest.tsx';
import { clockText } from '../../ui/format.ts';
import { type Fact, Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { hubWord } from '../shell/hub-word.ts';
import classes from './overview.module.css';

export interface HubPanelProps {
  readonly state: AppState;
  readonly members: number | null;
}

export function HubPanel({ state, members }: HubPanelProps): ReactNode {
  const { hub } = state;
  const { word, tone } = hubWord(hub);
  return (
    <Panel title={text.overview.hub} aside={<StatusBadge tone={tone}>{word}</StatusBadge>}>
      {hub.kind === 'none' ? (
        <p className={classes['quiet']}>{text.overview.hubNone}</p>
      ) : (
        <Facts facts={factsOf(hub, members, state.bank?.keyFingerprint ?? null)} />
      )}
    </Panel>
  );
}

type Joined = Extract<HubLink, { kind: 'joined' }>;

function factsOf(hub: Joined, members: number | null, ownFingerprint: string | null): readonly Fact[] {
  const facts: Fact[] = [
    { name: text.overview.hub, value: hub.consortium },
    { name: text.overview.hubAddress, value: hub.address },
    { name: text.overview.membership, value: text.overview.memberships[hub.membership] },
    { name: text.overview.connection, value: connectionText(hub.connection) },
  ];
  // Compared aloud with the operator: needed here for as long as the approval is awaited.
  if (hub.membership === 'waiting-for-approval' && ownFingerprint !== null)
    facts.push({
      name: text.settings.hub.own,
      value: <Digest value={ownFingerprint} of={text.settings.hub.own} />,
    });
  if (members !== null) facts.push({ name: text.overview.members, value: members });
  return facts;
}

export function connectionText(connection: Joined['connection']): string {
  const words = text.overview.connections;
  switch (connection.kind) {
    case 'connected':
      return words.connected(clockText(connection.since));
    case 'connecting':
      return words.connecting;
    case 'unreachable':
      return words.unreachable(clockText(connection.since));
  }
}

/** The hub's state in two words. */
import { type HubLink } from '#shared/contract/bank.ts';
import { text } from '../../text/en.ts';

export interface HubWord {
  readonly word: string;
  readonly tone: 'good' | 'warn' | 'bad' | 'neutral';
}

export function hubWord(hub: HubLink): HubWord {
  if (hub.kind === 'none') return { word: text.shell.hub.none, tone: 'neutral' };
  if (hub.membership === 'suspended') return { word: text.shell.hub.suspended, tone: 'bad' };
  if (hub.connection.kind === 'unreachable') return { word: text.shell.hub.unreachable, tone: 'warn' };
  if (hub.connection.kind === 'connecting') return { word: text.shell.hub.connecting, tone: 'neutral' };
  if (hub.membership === 'waiting-for-approval') return { word: text.shell.hub.waiting, tone: 'warn' };
  return { word: text.shell.hub.connected, tone: 'good' };
}

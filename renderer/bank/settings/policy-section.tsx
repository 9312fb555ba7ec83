/** Local floors and the standing policy. */
import { type ReactNode } from 'react';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { Panel, Part } from '../../ui/panel.tsx';
import { LocalPolicyForm } from './local-policy-form.tsx';
import { StandingPolicyForm } from './standing-policy-form.tsx';

const words = text.settings.policy;

export function PolicySection(): ReactNode {
  const policy = useAsk('policy.read', {});
  return (
    <>
      <Panel title={words.localTitle}>
        <Part query={policy} skeletonRows={6}>
          {({ local }) => <LocalPolicyForm key={JSON.stringify(local)} saved={local} />}
        </Part>
      </Panel>
      <Panel title={words.standingTitle}>
        <Part query={policy} skeletonRows={4}>
          {({ standing }) => <StandingPolicyForm key={JSON.stringify(standing)} saved={standing} />}
        </Part>
      </Panel>
    </>
  );
}

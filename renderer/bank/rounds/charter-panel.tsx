/** What was agreed, from the signed charter. */
import { type ReactNode } from 'react';
import { type RunView } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { Digest } from '../../ui/digest.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/panel.tsx';
import { charterFacts } from './charter-facts.ts';

export function CharterPanel({ run }: { readonly run: RunView }): ReactNode {
  const { digest } = text.rounds.charter;
  return (
    <Panel
      title={text.rounds.agreed}
      aside={
        <>
          {digest} <Digest value={run.charterHash} of={digest} isShort />
        </>
      }
    >
      <Facts facts={charterFacts(run.charter)} />
    </Panel>
  );
}

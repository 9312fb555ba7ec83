/** Who this bank is, its home country, and its key's fingerprint. */
import { type ReactNode } from 'react';
import { type AppState } from '#shared/contract/bank.ts';
import { text } from '../../text/en.ts';
import { Digest } from '../../ui/digest.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { CountryPanel } from './country-panel.tsx';

const words = text.settings.bank;

export function BankSection({ state }: { readonly state: AppState }): ReactNode {
  const { bank, keyProtection } = state;
  if (bank === null) return null;
  const tone = keyProtection === 'file-mode-only' ? 'warn' : 'good';
  return (
    <>
      <Panel title={words.title}>
        <Facts
          facts={[
            { name: words.name, value: bank.name },
            { name: words.analyst, value: bank.analyst },
          ]}
        />
      </Panel>
      <CountryPanel inForce={bank.homeCountry} />
      <Panel
        title={words.keys}
        aside={<StatusBadge tone={tone}>{words.protectionWords[keyProtection]}</StatusBadge>}
      >
        <Facts
          facts={[
            {
              name: words.fingerprint,
              value: <Digest value={bank.keyFingerprint} of={words.fingerprint} />,
              meaning: words.fingerprintMeaning,
            },
            { name: words.protection, value: words.protections[keyProtection] },
          ]}
        />
      </Panel>
    </>
  );
}

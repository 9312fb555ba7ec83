/** Settings, one section at a time, each at its own address. */
import { Tabs } from '@mantine/core';
import { type ReactNode } from 'react';
import { type AppState } from '#shared/contract/bank.ts';
import { text } from '../../text/en.ts';
import { Page, Stacked } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { navigate, SETTINGS_SECTIONS, type SettingsSection } from '../route.ts';
import { ShortcutSheet } from '../shell/commands.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { BankSection } from './bank-section.tsx';
import { EngineSection } from './engine-section.tsx';
import { FilesSection } from './files-section.tsx';
import { HubSection } from './hub-section.tsx';
import { PolicySection } from './policy-section.tsx';
import { ReviewersSection } from '../reviewers/reviewers-section.tsx';

const words = text.settings;

export interface SettingsProps {
  readonly state: AppState;
  readonly section: SettingsSection;
}

export function Settings({ state, section }: SettingsProps): ReactNode {
  return (
    <Page title={words.title}>
      <Tabs
        value={section}
        onChange={(chosen) => {
          const next = SETTINGS_SECTIONS.find((name) => name === chosen);
          if (next !== undefined) navigate({ screen: 'settings', section: next });
        }}
      >
        <Tabs.List mb={16}>
          {SETTINGS_SECTIONS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {words.sections[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {SETTINGS_SECTIONS.map((name) => (
          <Tabs.Panel key={name} value={name}>
            <Stacked>
              <Section name={name} state={state} />
            </Stacked>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}

function Section({ name, state }: { readonly name: SettingsSection; readonly state: AppState }): ReactNode {
  switch (name) {
    case 'bank':
      return <BankSection state={state} />;
    case 'hub':
      return <HubSection state={state} />;
    case 'policy':
      return <PolicySection />;
    case 'reviewers':
      return <ReviewersSection />;
    case 'engine':
      return <EngineSection engine={state.engine} />;
    case 'appearance':
      return <AppearanceSection />;
    case 'shortcuts':
      return (
        <Panel title={text.shell.shortcuts}>
          <ShortcutSheet />
        </Panel>
      );
    case 'files':
      return <FilesSection state={state} />;
  }
}

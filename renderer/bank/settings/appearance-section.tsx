/** Light, dark, or as the system. */
import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { type ReactNode } from 'react';
import { text } from '../../text/en.ts';
import { Panel } from '../../ui/panel.tsx';

const words = text.settings.appearance;

export function AppearanceSection(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Panel title={words.title}>
      <SegmentedControl
        aria-label={words.scheme}
        value={colorScheme}
        onChange={setColorScheme}
        data={[
          { value: 'auto', label: words.auto },
          { value: 'light', label: words.light },
          { value: 'dark', label: words.dark },
        ]}
      />
    </Panel>
  );
}

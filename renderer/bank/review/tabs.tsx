/** Five looks at the held update, one chart each at most. */
import { Tabs } from '@mantine/core';
import { type ReactNode } from 'react';
import { type ReviewView } from '#shared/round/review-view.ts';
import { text } from '../../text/en.ts';
import { EffectTab } from './effect-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { LayersTab } from './layers-tab.tsx';
import classes from './review.module.css';
import { SummaryTab } from './summary-tab.tsx';
import { WireTab } from './wire-tab.tsx';

const words = text.review.tabs;
export type TabName = keyof typeof words;
const names: readonly TabName[] = ['summary', 'layers', 'history', 'effect', 'wire'];

export interface ReviewTabsProps {
  readonly view: ReviewView;
  readonly shown: TabName;
  readonly onShown: (tab: TabName) => void;
}

export function ReviewTabs({ view, shown, onShown }: ReviewTabsProps): ReactNode {
  return (
    <Tabs
      className={classes['tabs']}
      id="review-looks"
      value={shown}
      onChange={(chosen) => {
        const next = names.find((name) => name === chosen);
        if (next !== undefined) onShown(next);
      }}
    >
      <Tabs.List>
        {names.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {words[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {names.map((name) => (
        <Tabs.Panel key={name} value={name}>
          <div className={classes['tabPanel']}>
            <TabContent name={name} view={view} />
          </div>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function TabContent({ name, view }: { readonly name: TabName; readonly view: ReviewView }): ReactNode {
  switch (name) {
    case 'summary':
      return <SummaryTab view={view} />;
    case 'layers':
      return <LayersTab layers={view.layers} />;
    case 'history':
      return <HistoryTab view={view} />;
    case 'effect':
      return <EffectTab effect={view.localEffect} />;
    case 'wire':
      return <WireTab view={view} />;
  }
}

/** Named values in two columns, each with a one-sentence explanation where it needs one. */
import { ActionIcon, Popover } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import { Fragment, type ReactNode } from 'react';
import { text } from '../text/en.ts';
import classes from './facts.module.css';

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  readonly meaning?: string;
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <dl className={classes['facts']}>
      {facts.map(({ name, value, meaning }) => (
        <Fragment key={name}>
          <dt>
            {name}
            {meaning === undefined ? null : <Hint about={name}>{meaning}</Hint>}
          </dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** A question mark that opens one sentence; by pointer, touch and key. */
export function Hint({
  about,
  children,
}: {
  readonly about: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Popover width={300} position="top" withArrow shadow="md">
      <Popover.Target>
        <ActionIcon className={classes['hint']} size={24} aria-label={text.common.explain(about)}>
          <IconHelpCircle size={15} stroke={1.5} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown fz={13} lh="18px">
        {children}
      </Popover.Dropdown>
    </Popover>
  );
}

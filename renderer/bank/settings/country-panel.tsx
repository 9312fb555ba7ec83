/** The home country as stated, and stating another. */
import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Stacked } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.ts';
import { CountryField } from './country-field.tsx';
import classes from './settings.module.css';

const words = text.settings.country;

export function CountryPanel({ inForce }: { readonly inForce: string | null }): ReactNode {
  const [chosen, setChosen] = useState<{ readonly country: string | null } | null>(null);
  const save = useTell('app.setHomeCountry', () => {
    setChosen(null);
    toast(words.saved);
  });
  const value = chosen === null ? inForce : chosen.country;
  const isChanged = value !== inForce;
  return (
    <Panel title={words.title}>
      <Stacked>
        {save.isError ? <FailureNotice error={save.error} /> : null}
        <div className={classes['form']}>
          <CountryField
            value={value}
            onChange={(country) => {
              setChosen({ country });
            }}
          />
        </div>
        <p className={classes['quiet']}>{words.change}</p>
        <div>
          <Button
            variant={isChanged ? 'filled' : 'default'}
            aria-disabled={!isChanged}
            title={isChanged ? undefined : words.unchanged}
            loading={save.isPending}
            onClick={() => {
              if (isChanged) save.mutate({ homeCountry: value });
            }}
          >
            {words.save}
          </Button>
        </div>
      </Stacked>
    </Panel>
  );
}

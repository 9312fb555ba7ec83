/** The bank's and the analyst's name, and the home country; the key is made with them. */
import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { CountryField } from '../settings/country-field.tsx';
import classes from './first-run.module.css';
import { setUpOf } from './identity.ts';

const words = text.firstRun.identity;

export function IdentityForm(): ReactNode {
  const [bankName, setBankName] = useState('');
  const [analyst, setAnalyst] = useState('');
  const [homeCountry, setHomeCountry] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const setUp = useTell('app.setUp');
  const missing = (value: string): string | undefined =>
    isTried && value.trim() === '' ? words.missing : undefined;
  return (
    <form
      className={classes['form']}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        const stated = setUpOf({ bankName, analyst, homeCountry });
        if (stated !== null) setUp.mutate(stated);
      }}
    >
      <TextInput
        label={words.bank}
        description={words.bankHelp}
        autoComplete="organization"
        maxLength={120}
        value={bankName}
        error={missing(bankName)}
        onChange={(event) => {
          setBankName(event.currentTarget.value);
        }}
      />
      <TextInput
        label={words.analyst}
        description={words.analystHelp}
        autoComplete="name"
        maxLength={120}
        value={analyst}
        error={missing(analyst)}
        onChange={(event) => {
          setAnalyst(event.currentTarget.value);
        }}
      />
      <CountryField value={homeCountry} onChange={setHomeCountry} />
      {setUp.isError ? <FailureNotice error={setUp.error} /> : null}
      <div>
        <Button type="submit" variant="filled" loading={setUp.isPending}>
          {words.next}
        </Button>
      </div>
    </form>
  );
}

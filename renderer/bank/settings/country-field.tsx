/** Choosing the bank's home country, at the first run and in Settings: by name, kept as its two-letter code. */
import { NativeSelect } from '@mantine/core';
import { type ReactNode } from 'react';
import { COUNTRY_CODES } from '#shared/features/countries.ts';
import { text } from '../../text/en.ts';

const words = text.settings.country;
const names = new Intl.DisplayNames('en', { type: 'region' });

export interface CountryOption {
  readonly value: string;
  readonly label: string;
}

/** By name, after "not stated". */
export function countryOptions(): CountryOption[] {
  const codes = COUNTRY_CODES.map((code) => ({ value: code, label: `${names.of(code) ?? code} (${code})` }));
  codes.sort((a, b) => a.label.localeCompare(b.label, 'en'));
  return [{ value: '', label: words.notStated }, ...codes];
}

export interface CountryFieldProps {
  readonly value: string | null;
  readonly onChange: (country: string | null) => void;
}

export function CountryField({ value, onChange }: CountryFieldProps): ReactNode {
  return (
    <NativeSelect
      label={words.label}
      description={words.why}
      value={value ?? ''}
      data={countryOptions()}
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        onChange(chosen === '' ? null : chosen);
      }}
    />
  );
}

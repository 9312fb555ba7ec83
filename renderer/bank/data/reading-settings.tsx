/** Delimiter, encoding, times, amounts, currency, label delay: what the header can't say. */
import { Checkbox, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { type ReactNode } from 'react';
import { type z } from 'zod';
import { ColumnMapping } from '#shared/features/data-view.ts';
import { text } from '../../text/en.ts';
import classes from './data.module.css';

const words = text.data.wizard;

export interface ReadingSettingsProps {
  readonly mapping: ColumnMapping;
  readonly onChange: (mapping: ColumnMapping) => void;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly schema: z.ZodType<T>;
  readonly options: readonly T[];
  readonly names?: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({
  label,
  value,
  schema,
  options,
  names,
  onChange,
}: ChoiceProps<T>): ReactNode {
  return (
    <NativeSelect
      label={label}
      value={value}
      data={options.map((option) => ({ value: option, label: names?.[option] ?? option }))}
      onChange={(event) => {
        const chosen = schema.safeParse(event.currentTarget.value).data;
        if (chosen !== undefined) onChange(chosen);
      }}
    />
  );
}

const shape = ColumnMapping.shape;
const timeFormat = shape.timeFormat.unwrap();

export function ReadingSettings({ mapping, onChange }: ReadingSettingsProps): ReactNode {
  const set = (change: Partial<ColumnMapping>): void => {
    onChange({ ...mapping, ...change });
  };
  return (
    <div className={classes['settings']}>
      <Choice
        label={words.delimiter}
        value={mapping.delimiter}
        schema={shape.delimiter}
        options={shape.delimiter.options}
        names={words.delimiters}
        onChange={(delimiter) => {
          set({ delimiter });
        }}
      />
      <Choice
        label={words.encoding}
        value={mapping.encoding}
        schema={shape.encoding}
        options={shape.encoding.options}
        onChange={(encoding) => {
          set({ encoding });
        }}
      />
      <TimeSettings mapping={mapping} set={set} />
      <AmountSettings mapping={mapping} set={set} />
      <NumberInput
        label={words.labelDelay}
        value={mapping.labelDelayDays}
        min={0}
        max={365}
        allowDecimal={false}
        onChange={(days) => {
          if (typeof days === 'number') set({ labelDelayDays: days });
        }}
      />
      <Checkbox
        label={words.hasHeader}
        checked={mapping.hasHeader}
        onChange={(event) => {
          set({ hasHeader: event.currentTarget.checked });
        }}
      />
    </div>
  );
}

interface GroupProps {
  readonly mapping: ColumnMapping;
  readonly set: (change: Partial<ColumnMapping>) => void;
}

function TimeSettings({ mapping, set }: GroupProps): ReactNode {
  return (
    <>
      <Choice
        label={words.timeFormat}
        value={mapping.timeFormat}
        schema={timeFormat}
        options={timeFormat.options}
        names={words.timeFormats}
        onChange={(chosen) => {
          set({ timeFormat: chosen });
        }}
      />
      <NumberInput
        label={words.offset}
        value={mapping.utcOffsetMinutes}
        min={-840}
        max={840}
        step={60}
        allowDecimal={false}
        onChange={(minutes) => {
          if (typeof minutes === 'number') set({ utcOffsetMinutes: minutes });
        }}
      />
    </>
  );
}

function AmountSettings({ mapping, set }: GroupProps): ReactNode {
  return (
    <>
      <Choice
        label={words.amountUnit}
        value={mapping.amountUnit}
        schema={shape.amountUnit}
        options={shape.amountUnit.options}
        names={words.amountUnits}
        onChange={(amountUnit) => {
          set({ amountUnit });
        }}
      />
      <Choice
        label={words.decimal}
        value={mapping.decimalSeparator}
        schema={shape.decimalSeparator}
        options={shape.decimalSeparator.options}
        names={words.decimals}
        onChange={(decimalSeparator) => {
          set({ decimalSeparator });
        }}
      />
      <TextInput
        label={words.currency}
        defaultValue={mapping.currency}
        maxLength={3}
        placeholder={words.currencyHelp}
        onChange={(event) => {
          const currency = shape.currency.safeParse(event.currentTarget.value.toUpperCase()).data;
          if (currency !== undefined) set({ currency });
        }}
      />
    </>
  );
}

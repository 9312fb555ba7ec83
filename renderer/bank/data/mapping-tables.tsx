/** The wizard's tables: Parley's column → the file's column, what would be stored, and the file as it is. */
import { NativeSelect } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import {
  CanonicalColumn,
  type ColumnMapping,
  type FileInspection,
  REQUIRED_COLUMNS,
} from '#shared/features/data-view.ts';
import { text } from '../../text/en.ts';
import classes from './data.module.css';

const words = text.data.wizard;
const required: readonly CanonicalColumn[] = REQUIRED_COLUMNS;

/** The mapping with `column` taken from the file's `name`, or from nowhere. */
export function withColumn(mapping: ColumnMapping, column: CanonicalColumn, name: string): ColumnMapping {
  const others = Object.entries(mapping.columns).filter(([key]) => key !== column);
  const columns = Object.fromEntries(name === '' ? others : [...others, [column, name]]);
  return { ...mapping, columns };
}

export interface ColumnTableProps {
  readonly file: FileInspection;
  readonly mapping: ColumnMapping;
  readonly onChange: (mapping: ColumnMapping) => void;
}

export function ColumnTable({ file, mapping, onChange }: ColumnTableProps): ReactNode {
  return (
    <div className={classes['scroll']}>
      <table className={classes['mapping']}>
        <thead>
          <tr>
            <th scope="col">{words.mappingColumns.column}</th>
            <th scope="col">{words.mappingColumns.file}</th>
            <th scope="col">{words.mappingColumns.example}</th>
          </tr>
        </thead>
        <tbody>
          {CanonicalColumn.options.map((column) => {
            const name = mapping.columns[column] ?? '';
            return (
              <tr key={column}>
                <td>
                  {text.data.columns[column]}
                  {required.includes(column) ? (
                    <span className={classes['required']}>{words.required}</span>
                  ) : null}
                </td>
                <td>
                  <NativeSelect
                    size="xs"
                    aria-label={text.data.columns[column]}
                    value={name}
                    error={required.includes(column) && name === ''}
                    data={[{ value: '', label: words.notMapped }, ...file.header]}
                    onChange={(event) => {
                      onChange(withColumn(mapping, column, event.currentTarget.value));
                    }}
                  />
                </td>
                <td>
                  <span className={`${classes['mono'] ?? ''} ${classes['cell'] ?? ''}`}>
                    {example(file, name)}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function example({ header, preview }: FileInspection, name: string): string {
  return preview[0]?.[header.indexOf(name)] ?? '';
}

export function SampleRows({ sample }: { readonly sample: FileInspection['sample'] }): ReactNode {
  return (
    <div className={classes['scroll']}>
      <table className={classes['mapping']}>
        <thead>
          <tr>
            <th scope="col">{words.previewColumns.line}</th>
            <th scope="col">{words.previewColumns.state}</th>
            <th scope="col">{words.previewColumns.text}</th>
          </tr>
        </thead>
        <tbody>
          {sample.map(({ line, ok, text: stored }) => (
            <tr key={line}>
              <td>{line}</td>
              <td className={ok ? classes['ok'] : classes['no']}>
                {ok ? <IconCheck size={14} aria-hidden /> : <IconX size={14} aria-hidden />}{' '}
                {ok ? words.accepted : words.rejected}
              </td>
              <td className={classes['mono']}>{stored}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function RawRows({ file }: { readonly file: FileInspection }): ReactNode {
  return (
    <div className={classes['scroll']} tabIndex={0} role="region" aria-label={words.raw}>
      <table className={`${classes['mapping'] ?? ''} ${classes['raw'] ?? ''}`}>
        <thead>
          <tr>
            {file.header.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {file.preview.slice(0, 8).map((fields, row) => (
            <tr key={row}>
              {fields.map((field, column) => (
                <td key={column} className={classes['mono']}>
                  {field}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

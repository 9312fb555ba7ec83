/** Above a table: its filters, how many rows it has, and the CSV of what is filtered. */
import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { csvText } from '#shared/csv.ts';
import { useCommand } from '../commands/registry.tsx';
import { text } from '../text/en.ts';
import { type DataTableProps } from './data-table-lines.ts';
import classes from './data-table.module.css';
import { count } from './format.ts';
import { useSaveText } from './save-text.ts';

export function Toolbar<Row>(props: DataTableProps<Row>): ReactNode {
  const { rows, total, toolbar, fileName } = props;
  const save = useExport(props);
  useCommand('screen.export', fileName === undefined || rows.length === 0 ? null : save);
  if (toolbar === undefined && fileName === undefined) return null;
  return (
    <div className={classes['toolbar']} data-print="no">
      {toolbar}
      <div className={classes['toolbarEnd']}>
        <span aria-live="polite">{text.common.rows(count(total ?? rows.length))}</span>
        {fileName === undefined ? null : (
          <Button
            size="compact-sm"
            leftSection={<IconDownload size={15} stroke={1.5} aria-hidden />}
            onClick={save}
            disabled={rows.length === 0}
          >
            {text.common.exportCsv}
          </Button>
        )}
      </div>
    </div>
  );
}

function useExport<Row>({
  columns,
  rows,
  allRows,
  csvOf,
  fileName = 'export',
}: DataTableProps<Row>): () => void {
  const saveText = useSaveText();
  return () => {
    saveText(`${fileName}.csv`, async () => {
      if (csvOf !== undefined) return csvOf();
      const exported = allRows === undefined ? rows : await allRows();
      const header = columns.map((column) => column.header);
      return csvText([header, ...exported.map((row) => columns.map(({ csv }) => csv(row)))]);
    });
  };
}

/** `bank import`: maps the columns as saved or guessed, imports, and says how far it is. */
import path from 'node:path';
import { FailureError } from '#shared/failure.ts';
import type { ColumnMapping } from '#shared/features/data-view.ts';
import { importAnswer, type Answer } from './answers.ts';
import { type BankProgram, endProgress, showProgress } from './program.ts';
import type { BankClient } from './reach.ts';
import { until } from './wait.ts';

/** Throws `columns-missing` with the header where a required column can't be guessed. */
export async function importFile(client: BankClient, program: BankProgram, file: string): Promise<Answer> {
  const { source, mapping, missing, header } = await client['data.inspect']({ source: path.resolve(file) });
  if (missing.length > 0)
    throw new FailureError(
      'columns-missing',
      `No column of ${file} could be mapped to ${missing.join(', ')}; it has ${header.join(', ')}`,
    );
  const { importId } = await client['data.startImport']({ source, mapping, saveMapping: true });
  const ended = await until(program.clock, async () => {
    const progress = await client['data.importProgress']({ importId });
    const left = progress.secondsLeft === null ? '' : `, ${String(Math.round(progress.secondsLeft))} s left`;
    const share = `${String(Math.round(100 * progress.share))} %`;
    showProgress(program, `Importing ${share}, ${String(Math.round(progress.rowsPerSecond))} rows/s${left}`);
    return progress.state.kind === 'running' ? undefined : progress;
  });
  endProgress(program);
  switch (ended.state.kind) {
    case 'failed':
      throw FailureError.from(ended.state.failure);
    case 'cancelled':
      throw new FailureError('import-cancelled', `The import of ${file} was cancelled`);
    case 'running':
    case 'done':
      return importAnswer(ended, await lacksHomeCountry(client, mapping));
  }
}

async function lacksHomeCountry(client: BankClient, { columns }: ColumnMapping): Promise<boolean> {
  const { bank } = await client['app.state']({});
  return columns.country !== undefined && bank?.homeCountry === null;
}

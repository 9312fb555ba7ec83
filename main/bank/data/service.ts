/** The bank's data for screens and command line: inspect a file, import it, look at what is there. */
import { csvText } from '#shared/csv.ts';
import { FailureError, type Failure } from '#shared/failure.ts';
import { ImportId, UtcTime } from '#shared/ids.ts';
import type {
  ColumnMapping,
  DataSummary,
  FeatureState,
  FileInspection,
  ImportProgress,
  RejectedRow,
} from '#shared/features/data-view.ts';
import type { Clock, Log, Random, Workers } from '#main/platform/ports.ts';
import { newId } from '#main/platform/random.ts';
import type { Store } from '#main/platform/sqlite/open.ts';
import { currentDataVersion, dayCounts } from '#main/bank/store/data-versions.ts';
import {
  beginImport,
  countRejects,
  findImport,
  listImports,
  listRejects,
  runningImport,
} from '#main/bank/store/imports.ts';
import { saveMapping, savedMapping } from '#main/bank/store/mappings.ts';
import {
  pageOfTransactions,
  type TransactionPage,
  type TransactionQuery,
} from '#main/bank/store/transactions.ts';
import { recordVerdict, type Verdict } from '#main/bank/store/verdicts.ts';
import { createImportJobs } from './import-jobs.ts';
import { headerSignature, inspectFile } from './import/inspect.ts';
import { progressView, summaryView } from './views.ts';

export interface DataServiceOptions {
  readonly store: Store;
  readonly workers: Workers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Something that `summary` or `progress` shows has changed; at most four times a second while an import runs. */
  readonly onChange: () => void;
}

export interface DataService {
  /** `mapping`: what a person chose so far; without it the saved one for this header, or a guess. */
  inspect(source: string, mapping?: ColumnMapping): Promise<FileInspection>;
  /** Throws `import-running` beside another import. */
  startImport(request: ImportRequest): Promise<ImportId>;
  progress(importId: ImportId): ImportProgress;
  /** Resolves when the import has ended one way or another and nothing of a stopped one is left. */
  whenEnded(importId: ImportId): Promise<ImportProgress>;
  /** Shown as cancelled at once; what was written, which nobody could see, is cleared away behind it. */
  cancelImport(importId: ImportId): void;
  rejects(importId: ImportId, page: { readonly after: number; readonly limit: number }): RejectsPage;
  rejectsFile(importId: ImportId): { readonly name: string; readonly text: string };
  transactions(query: TransactionQuery): TransactionPage;
  recordVerdict(verdict: Verdict): void;
  summary(features: FeatureState): DataSummary;
  /** Ends the worker; an import that runs is cleared away at the next start. */
  close(): Promise<void>;
}

export interface ImportRequest {
  readonly source: string;
  readonly mapping: ColumnMapping;
  readonly saveMapping: boolean;
}

export interface RejectsPage {
  readonly total: number;
  readonly rows: readonly RejectedRow[];
}

const IMPORTS_SHOWN = 50;
const STOPPED: Failure = new FailureError(
  'worker-died',
  'The import was stopped from outside; nothing of it was kept',
).toFailure();

export function createDataService(options: DataServiceOptions): DataService {
  const { store, clock, random, onChange } = options;
  const { database } = store;
  const jobs = createImportJobs(options);
  const leftOver = runningImport(database);
  if (leftOver !== undefined) jobs.purge(leftOver.importNo, { kind: 'failed', failure: STOPPED });

  const utcNow = (): UtcTime => UtcTime.parse(new Date(clock.now()).toISOString());
  const progress = (importId: ImportId): ImportProgress => {
    const record = findImport(database, importId);
    return progressView(jobs.endingOf(record), jobs.live(record.importNo));
  };

  async function startImport({ source, mapping, saveMapping: isSaved }: ImportRequest) {
    const inspection = await inspect(source, mapping);
    if (inspection.missing.length > 0) {
      throw new FailureError('columns-missing', `No column is mapped to ${inspection.missing.join(', ')}`);
    }
    await jobs.whenCleared();
    const importId: ImportId = ImportId.parse(newId(random, 'imp', ImportId));
    const importNo = beginImport(database, { importId, name: inspection.name, mapping, startedAt: utcNow() });
    if (isSaved) saveMapping(database, headerSignature(inspection.header), { mapping, savedAt: utcNow() });
    jobs.import({ importNo, path: source, mapping });
    onChange();
    return importId;
  }

  function inspect(source: string, mapping?: ColumnMapping): Promise<FileInspection> {
    return inspectFile(source, { mapping, savedMapping: (signature) => savedMapping(database, signature) });
  }

  return {
    inspect,
    startImport,
    progress,
    whenEnded: async (importId) => {
      await jobs.whenEnded(findImport(database, importId).importNo);
      return progress(importId);
    },
    cancelImport: (importId) => {
      jobs.cancel(findImport(database, importId).importNo);
      onChange();
    },
    rejects: (importId, page) => pageOfRejects(database, importId, page),
    rejectsFile: (importId) => fileOfRejects(database, importId),
    transactions: (query) => pageOfTransactions(database, query),
    recordVerdict: (verdict) => {
      recordVerdict(database, verdict);
      onChange();
    },
    summary: (features) =>
      summaryView({
        version: currentDataVersion(database),
        days: dayCounts(database),
        imports: listImports(database, IMPORTS_SHOWN).map(({ importId }) => progress(importId)),
        features,
      }),
    close: () => jobs.close(),
  };
}

function pageOfRejects(
  database: Store['database'],
  importId: ImportId,
  page: { readonly after: number; readonly limit: number },
): RejectsPage {
  const { importNo } = findImport(database, importId);
  return { total: countRejects(database, importNo), rows: listRejects(database, importNo, page) };
}

function fileOfRejects(database: Store['database'], importId: ImportId): { name: string; text: string } {
  const { importNo, name } = findImport(database, importId);
  const rows = listRejects(database, importNo, { after: 0, limit: Number.MAX_SAFE_INTEGER });
  const cells = rows.map(({ line, column, reason, text }) => [String(line), column ?? '', reason, text]);
  return { name: `${name} rejected.csv`, text: csvText([['line', 'column', 'reason', 'row'], ...cells]) };
}

/** Stored imports and data versions as the screens see them. */
import { UtcTime } from '#shared/ids.ts';
import type { DataSummary, FeatureState, ImportProgress } from '#shared/features/data-view.ts';
import type { DataVersion, DayRow } from '#main/bank/store/data-versions.ts';
import type { ImportCounts, ImportRecord } from '#main/bank/store/imports.ts';

const DAY_MS = 86_400_000;
const MAX_BINS = 500;

/** How far a running import is, from its worker's last message. */
export interface LiveImport {
  readonly counts: ImportCounts;
  /** Share of the file's bytes read, 0..1. */
  readonly share: number;
  readonly elapsedMs: number;
}

export function progressView(record: ImportRecord, live: LiveImport | undefined): ImportProgress {
  const counts = live?.counts ?? record;
  const elapsedMs = live?.elapsedMs ?? record.durationMs ?? 0;
  const share = live?.share ?? (record.state === 'done' ? 1 : 0);
  return {
    importId: record.importId,
    name: record.name,
    state: stateView(record),
    startedAt: record.startedAt,
    share,
    rows: counts.rows,
    added: counts.added,
    skipped: counts.skipped,
    verdicts: counts.verdicts,
    rejected: counts.rejected,
    rowsPerSecond: elapsedMs === 0 ? 0 : (counts.rows * 1000) / elapsedMs,
    secondsLeft: record.state === 'running' ? secondsLeft(share, elapsedMs) : null,
  };
}

function stateView(record: ImportRecord): ImportProgress['state'] {
  if (record.failure !== null) return { kind: 'failed', failure: record.failure };
  return record.state === 'failed' ? { kind: 'cancelled' } : { kind: record.state };
}

/** null until 5 % and 3 s are behind: an earlier figure would only be taken back. */
function secondsLeft(share: number, elapsedMs: number): number | null {
  return share < 0.05 || elapsedMs < 3000 ? null : ((elapsedMs / share) * (1 - share)) / 1000;
}

export function summaryView(seen: {
  readonly version: DataVersion;
  readonly days: readonly DayRow[];
  readonly imports: readonly ImportProgress[];
  readonly features: FeatureState;
}): DataSummary {
  const { version, days, imports, features } = seen;
  return {
    rows: version.rows,
    frauds: days.reduce((sum, day) => sum + day.frauds, 0),
    labelled: days.reduce((sum, day) => sum + day.labelled, 0),
    accounts: version.accounts,
    terminals: version.terminals,
    firstAt: timeView(version.firstAt),
    lastAt: timeView(version.lastAt),
    byDay: binned(days),
    imports: [...imports],
    features,
  };
}

function timeView(time: number | null): UtcTime | null {
  return time === null ? null : UtcTime.parse(new Date(time).toISOString());
}

/** A point a day, or a point every few days where those would be more than a chart can show. */
function binned(days: readonly DayRow[]): DataSummary['byDay'] {
  const first = days[0]?.day ?? 0;
  const span = (days.at(-1)?.day ?? 0) - first + 1;
  const width = Math.ceil(span / MAX_BINS);
  const bins = new Map<number, { rows: number; frauds: number }>();
  for (const { day, rows, frauds } of days) {
    const from = first + Math.floor((day - first) / width) * width;
    const bin = bins.get(from) ?? { rows: 0, frauds: 0 };
    bins.set(from, { rows: bin.rows + rows, frauds: bin.frauds + frauds });
  }
  return Array.from(bins, ([from, bin]) => ({
    from: new Date(from * DAY_MS).toISOString().slice(0, 10),
    ...bin,
  }));
}

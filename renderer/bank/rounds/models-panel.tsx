/** The published models of a run: quality on the own test days, and over all banks with its interval. */
import { type ReactNode } from 'react';
import { type RunId } from '#shared/ids.ts';
import { type ModelVersionView } from '#shared/round/round-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { figure, rowMomentText, shortDigest } from '../../ui/format.ts';
import { Panel, Part } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';

const words = text.rounds.models;

/** `0.742 (0.711 to 0.770), 5 banks`. */
export function federationText({ federationQuality }: Pick<ModelVersionView, 'federationQuality'>): string {
  if (federationQuality === null) return '–';
  const { prAuc, low, high, banks } = federationQuality;
  return words.federationValue({ prAuc: figure(prAuc), low: figure(low), high: figure(high), banks });
}

const columns: readonly Column<ModelVersionView>[] = [
  {
    key: 'version',
    header: words.columns.version,
    cell: ({ version, current }) => (
      <>
        {version} {current ? <StatusBadge tone="good">{words.current}</StatusBadge> : null}
      </>
    ),
    csv: ({ version }) => version,
    compare: (a, b) => a.version - b.version,
  },
  {
    key: 'adopted',
    header: words.columns.adopted,
    cell: ({ adoptedAt }) => rowMomentText(adoptedAt),
    csv: ({ adoptedAt }) => adoptedAt,
  },
  {
    key: 'banks',
    header: words.columns.banks,
    cell: ({ banks }) => banks,
    csv: ({ banks }) => banks,
    align: 'end',
  },
  {
    key: 'included',
    header: words.columns.included,
    cell: ({ included }) => (included ? words.included : words.notIncluded),
    csv: ({ included }) => (included ? words.included : words.notIncluded),
  },
  {
    key: 'own',
    header: words.columns.own,
    cell: ({ quality }) => figure(quality?.prAuc ?? null),
    csv: ({ quality }) => quality?.prAuc ?? null,
    compare: (a, b) => (a.quality?.prAuc ?? 0) - (b.quality?.prAuc ?? 0),
    align: 'end',
  },
  {
    key: 'federation',
    header: words.columns.federation,
    cell: federationText,
    csv: ({ federationQuality }) => federationQuality?.prAuc ?? null,
  },
  {
    key: 'hash',
    header: words.columns.hash,
    cell: ({ checkpointHash }) => shortDigest(checkpointHash),
    csv: ({ checkpointHash }) => checkpointHash,
  },
];

export function ModelsPanel({ runId }: { readonly runId: RunId }): ReactNode {
  const models = useAsk('models.list', {});
  return (
    <Panel title={words.title} aside={words.why} isFlush>
      <Part query={models} skeletonRows={4}>
        {(versions) => (
          <DataTable
            label={words.title}
            columns={columns}
            rows={versions
              .filter((version) => version.runId === runId)
              .toSorted((a, b) => b.version - a.version)}
            rowKey={({ version }) => String(version)}
            empty={words.empty}
            fileName="models"
            maxHeight={360}
          />
        )}
      </Part>
    </Panel>
  );
}

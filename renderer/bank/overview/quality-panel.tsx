/** How good each published model is on the bank's own test days. Computed here, shown here only. */
import { type ReactNode } from 'react';
import { type ModelVersionView } from '#shared/round/round-view.ts';
import { useAsk } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { LineFigure } from '../../ui/charts.tsx';
import { figure } from '../../ui/format.ts';
import { Panel, Part } from '../../ui/panel.tsx';
import classes from './overview.module.css';

export function QualityPanel(): ReactNode {
  const models = useAsk('models.list', {});
  return (
    <Panel title={text.overview.quality} aside={text.overview.qualityNote}>
      <Part query={models} skeletonRows={6}>
        {(versions) => <QualityLine versions={versions} />}
      </Part>
    </Panel>
  );
}

export interface VersionQuality {
  readonly version: number;
  /** On the own test days; null while it is not measured. */
  readonly own: number | null;
  /** Over all banks; null where the version has no score histogram. */
  readonly federation: number | null;
}

/** Every version of the newest model's run, in order, so that the axis has no hole where one is not measured. */
export function versionQualities(versions: readonly ModelVersionView[]): readonly VersionQuality[] {
  const runId = (versions.find(({ current }) => current) ?? versions.at(-1))?.runId;
  const known = new Map(versions.filter((one) => one.runId === runId).map((one) => [one.version, one]));
  const numbers = [...known.keys()];
  if (numbers.length === 0) return [];
  const first = Math.min(...numbers);
  return Array.from({ length: Math.max(...numbers) - first + 1 }, (_, place) => {
    const one = known.get(first + place);
    return {
      version: first + place,
      own: one?.quality?.prAuc ?? null,
      federation: one?.federationQuality?.prAuc ?? null,
    };
  });
}

const words = text.overview;

function QualityLine({ versions }: { readonly versions: readonly ModelVersionView[] }): ReactNode {
  const points = versionQualities(versions);
  const measured = points.flatMap(({ version, own }) =>
    own === null ? [] : [{ version, prAuc: figure(own, 3) }],
  );
  const first = measured.at(0);
  const last = measured.at(-1);
  if (first === undefined || last === undefined)
    return <p className={classes['quiet']}>{versions.length === 0 ? words.noModel : words.notEvaluated}</p>;
  const all = points.flatMap(({ own, federation }) => [own, federation]).filter((value) => value !== null);
  const hasFederation = points.some(({ federation }) => federation !== null);
  return (
    <LineFigure
      title={words.prAuc}
      sentence={words.qualitySentence(first, last)}
      points={points.map(({ version, own, federation }) => ({ version, own, federation }))}
      x={{ key: 'version', header: words.version }}
      series={[
        { name: 'own', label: words.ownQuality, color: 'var(--chart-bank)' },
        ...(hasFederation
          ? [{ name: 'federation', label: words.federationQuality, color: 'var(--chart-consortium)' }]
          : []),
      ]}
      format={(value) => figure(value, 3)}
      domain={[0, Math.min(1, Math.ceil(Math.max(...all) * 10) / 10)]}
      isBridged
      height={220}
    />
  );
}

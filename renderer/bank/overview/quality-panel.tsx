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

interface Measured {
  readonly version: number;
  readonly prAuc: number;
}

/** Versions of the run that the newest model belongs to, as far as they are evaluated. */
export function measuredVersions(versions: readonly ModelVersionView[]): readonly Measured[] {
  const runId = (versions.find(({ current }) => current) ?? versions.at(-1))?.runId;
  return versions
    .filter((version) => version.runId === runId)
    .flatMap(({ version, quality }) => {
      const prAuc = quality?.prAuc ?? null;
      return prAuc === null ? [] : [{ version, prAuc }];
    })
    .toSorted((a, b) => a.version - b.version);
}

const printed = ({ version, prAuc }: Measured) => ({ version, prAuc: figure(prAuc, 3) });

function QualityLine({ versions }: { readonly versions: readonly ModelVersionView[] }): ReactNode {
  const measured = measuredVersions(versions);
  const first = measured.at(0);
  const last = measured.at(-1);
  if (first === undefined || last === undefined)
    return (
      <p className={classes['quiet']}>
        {versions.length === 0 ? text.overview.noModel : text.overview.notEvaluated}
      </p>
    );
  const top = Math.min(1, Math.ceil(Math.max(...measured.map(({ prAuc }) => prAuc)) * 10) / 10);
  return (
    <LineFigure
      title={text.overview.prAuc}
      sentence={text.overview.qualitySentence(printed(first), printed(last))}
      points={measured.map(({ version, prAuc }) => ({ version, prAuc }))}
      x={{ key: 'version', header: text.overview.version }}
      series={[{ name: 'prAuc', label: text.overview.prAuc, color: 'var(--chart-bank)' }]}
      format={(value) => figure(value, 3)}
      domain={[0, top]}
      height={220}
    />
  );
}

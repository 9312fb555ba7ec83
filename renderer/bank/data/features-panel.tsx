/** Whether the features of the rows are ready for training. */
import { Button } from '@mantine/core';
import { type ReactNode } from 'react';
import { type FeatureState } from '#shared/features/data-view.ts';
import { FeaturePresetName } from '#shared/round/charter.ts';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { count } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Progress } from '../../ui/progress.tsx';

const words = text.data;

export function FeaturesPanel({ features }: { readonly features: FeatureState }): ReactNode {
  return (
    <Panel title={words.features} aside={features.kind === 'none' ? <ComputeButtons /> : undefined}>
      <Body features={features} />
    </Panel>
  );
}

function Body({ features }: { readonly features: FeatureState }): ReactNode {
  switch (features.kind) {
    case 'none':
      return words.featureStates.none;
    case 'ready':
      return words.featureStates.ready(features.preset, count(features.rows));
    case 'failed':
      return <FailureNotice failure={features.failure} actions={<ComputeButtons />} />;
    case 'computing':
      return (
        <Progress
          phase={words.computing(features.preset)}
          share={features.share}
          secondsLeft={null}
          detail={words.rowsPerSecond(count(Math.round(features.rowsPerSecond)))}
        />
      );
  }
}

function ComputeButtons(): ReactNode {
  const compute = useTell('data.computeFeatures');
  return (
    <>
      {compute.error === null ? null : <FailureNotice error={compute.error} />}
      {FeaturePresetName.options.map((preset) => (
        <Button
          key={preset}
          size="compact-sm"
          loading={compute.isPending}
          onClick={() => {
            compute.mutate({ preset });
          }}
        >
          {words.compute(preset)}
        </Button>
      ))}
    </>
  );
}

/** The limits of a release over several rounds, typed and checked field by field. */
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { type ScopeLimits } from '#shared/round/round-view.ts';
import { text } from '../../text/en.ts';
import { LIMIT_FIELDS, limitsText, parseLimits } from './limits-form.ts';

const words = text.review.limits;
const helps = {
  minimumNoiseRatio: words.minimumNoiseRatioHelp,
  maximumNoiseRatio: words.maximumNoiseRatioHelp,
  minimumCosine: words.minimumCosineHelp,
  maximumEpsilonPerRound: words.maximumEpsilonPerRoundHelp,
} as const;

export interface LimitsDialogProps {
  readonly isOpen: boolean;
  readonly limits: ScopeLimits;
  readonly onClose: () => void;
  readonly onLimits: (limits: ScopeLimits) => void;
}

export function LimitsDialog({ isOpen, limits, onClose, onLimits }: LimitsDialogProps): ReactNode {
  const [typed, setTyped] = useState(() => limitsText(limits));
  const outcome = parseLimits(typed);
  return (
    <Modal opened={isOpen} onClose={onClose} title={words.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (outcome.kind === 'valid') onLimits(outcome.limits);
        }}
      >
        <Stack gap={12}>
          <Text fz={13} c="dimmed">
            {words.why}
          </Text>
          {LIMIT_FIELDS.map((field) => (
            <TextInput
              key={field}
              label={words[field]}
              description={helps[field]}
              inputMode="decimal"
              value={typed[field]}
              error={outcome.kind === 'invalid' ? outcome.errors[field] : undefined}
              onChange={(event) => {
                const value = event.currentTarget.value;
                setTyped((before) => ({ ...before, [field]: value }));
              }}
            />
          ))}
          <Group justify="flex-end">
            <Button onClick={onClose}>{text.common.cancel}</Button>
            <Button type="submit" variant="filled" aria-disabled={outcome.kind === 'invalid'}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** The commands that work on every screen, the palette that lists all that work now, and the shortcut sheet. */
import { Modal, Table, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { COMMANDS, type CommandId } from '#shared/commands.ts';
import { type AppState } from '#shared/contract/bank.ts';
import { type ReviewView } from '#shared/round/review-view.ts';
import { useAvailableCommands, useCommand, useRegistry } from '../../commands/registry.tsx';
import { Shortcut } from '../../commands/shortcut.tsx';
import { useTell } from '../../queries/ask.ts';
import { text } from '../../text/en.ts';
import { asFailure } from '../../text/failure-texts.ts';
import { toast, toastFailure } from '../../ui/toast.ts';
import { navigate, type Route } from '../route.ts';

const toastError = (error: Error): void => {
  toastFailure(asFailure(error));
};

function useGo(id: CommandId, route: Route): void {
  useCommand(id, () => {
    navigate(route);
  });
}

function usePlaces(): void {
  useGo('go.overview', { screen: 'overview' });
  useGo('go.data', { screen: 'data', view: 'summary' });
  useGo('go.rounds', { screen: 'rounds', runId: null });
  useGo('go.review', { screen: 'review', updateId: null });
  useGo('go.privacy', { screen: 'privacy' });
  useGo('go.audit', { screen: 'audit' });
  useGo('go.settings', { screen: 'settings', section: 'bank' });
  useGo('data.import', { screen: 'data', view: 'import' });
}

function useWork(state: AppState, review: ReviewView | null): void {
  const undo = useTell('review.undo', () => {
    toast(text.review.undone);
  });
  const start = useTell('demo.start');
  const stop = useTell('demo.stop');
  const openReview = (): void => {
    navigate({ screen: 'review', updateId: null });
  };
  useCommand('review.open', review?.state.kind === 'waiting' ? openReview : null);
  const undoRelease = (): void => {
    if (review !== null) undo.mutate({ updateId: review.updateId }, { onError: toastError });
  };
  useCommand('review.undo', review?.state.kind === 'counting-down' ? undoRelease : null);
  const startDemo = (): void => {
    start.mutate({ peers: 4, seed: 1 }, { onError: toastError });
  };
  useCommand('demo.start', state.demo.kind === 'off' && state.hub.kind === 'none' ? startDemo : null);
  const stopDemo = (): void => {
    stop.mutate({}, { onError: toastError });
  };
  useCommand('demo.stop', state.demo.kind === 'running' ? stopDemo : null);
}

export function Commands(props: { readonly state: AppState; readonly review: ReviewView | null }): ReactNode {
  const [isSheetOpen, setSheetOpen] = useState(false);
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  usePlaces();
  useWork(props.state, props.review);
  useCommand('view.palette', spotlight.open);
  useCommand('view.shortcuts', () => {
    setSheetOpen(true);
  });
  useCommand('view.appearance', () => {
    setColorScheme(scheme === 'dark' ? 'light' : 'dark');
  });
  return (
    <>
      <Palette />
      <Modal
        opened={isSheetOpen}
        onClose={() => {
          setSheetOpen(false);
        }}
        title={text.shell.shortcuts}
        size="md"
      >
        <ShortcutSheet />
      </Modal>
    </>
  );
}

function Palette(): ReactNode {
  const registry = useRegistry();
  const available = useAvailableCommands();
  const actions = COMMANDS.filter(({ id }) => available.includes(id) && id !== 'view.palette').map(
    (command) => ({
      id: command.id,
      label: command.label,
      group: command.group,
      rightSection: <Shortcut of={command.id} />,
      onClick: () => {
        registry.run(command.id);
      },
    }),
  );
  const groups = Map.groupBy(actions, ({ group }) => group);
  return (
    <Spotlight
      actions={[...groups].map(([group, members]) => ({ group, actions: members }))}
      shortcut={null}
      nothingFound={text.shell.paletteNothing}
      highlightQuery
      scrollable
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      maxHeight={420}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.5} aria-hidden />,
        placeholder: text.shell.palettePlaceholder,
        'aria-label': text.shell.palettePlaceholder,
      }}
    />
  );
}

export function ShortcutSheet(): ReactNode {
  return (
    <Table fz={13} verticalSpacing={6}>
      <Table.Tbody>
        {COMMANDS.filter(({ shortcut }) => shortcut !== null).map(({ id, label }) => (
          <Table.Tr key={id}>
            <Table.Td>{label}</Table.Td>
            <Table.Td ta="end">
              <Shortcut of={id} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** Every command of the bank app, once: feeds the native menu, the keys, the palette and the shortcut sheet. */

/** When a command can be given; the renderer evaluates it, the menu greys it out. */
export type CommandCondition =
  'always' | 'set-up' | 'update-waiting' | 'counting-down' | 'demo-off' | 'demo-running' | 'screen-offers-it';

export const COMMAND_GROUPS = ['Go to', 'Release', 'Data', 'View', 'Demo'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: CommandGroup;
  /** `Mod` is Ctrl, on a Mac ⌘. null: palette and menu only. */
  readonly shortcut: string | null;
  readonly when: CommandCondition;
}

export const COMMANDS = [
  { id: 'go.overview', label: 'Overview', group: 'Go to', shortcut: 'Mod+1', when: 'set-up' },
  { id: 'go.data', label: 'Data', group: 'Go to', shortcut: 'Mod+2', when: 'set-up' },
  { id: 'go.rounds', label: 'Rounds', group: 'Go to', shortcut: 'Mod+3', when: 'set-up' },
  { id: 'go.review', label: 'Review', group: 'Go to', shortcut: 'Mod+4', when: 'set-up' },
  { id: 'go.privacy', label: 'Privacy', group: 'Go to', shortcut: 'Mod+5', when: 'set-up' },
  { id: 'go.audit', label: 'Audit', group: 'Go to', shortcut: 'Mod+6', when: 'set-up' },
  { id: 'go.settings', label: 'Settings', group: 'Go to', shortcut: 'Mod+,', when: 'set-up' },
  {
    id: 'screen.primary',
    label: 'Do what this page is for',
    group: 'View',
    shortcut: 'Mod+Enter',
    when: 'screen-offers-it',
  },
  {
    id: 'screen.find',
    label: 'Find on this page',
    group: 'View',
    shortcut: 'Mod+F',
    when: 'screen-offers-it',
  },
  { id: 'view.palette', label: 'Command palette', group: 'View', shortcut: 'Mod+K', when: 'set-up' },
  { id: 'view.shortcuts', label: 'Keyboard shortcuts', group: 'View', shortcut: 'Mod+/', when: 'always' },
  {
    id: 'view.appearance',
    label: 'Switch light and dark',
    group: 'View',
    shortcut: 'Mod+Shift+L',
    when: 'always',
  },
  {
    id: 'review.open',
    label: 'Review the waiting update',
    group: 'Release',
    shortcut: 'Mod+R',
    when: 'update-waiting',
  },
  {
    id: 'review.undo',
    label: 'Undo the release',
    group: 'Release',
    shortcut: 'Mod+Z',
    when: 'counting-down',
  },
  { id: 'data.import', label: 'Import transactions…', group: 'Data', shortcut: 'Mod+O', when: 'set-up' },
  {
    id: 'screen.export',
    label: 'Export what is shown as CSV',
    group: 'Data',
    shortcut: 'Mod+Shift+E',
    when: 'screen-offers-it',
  },
  { id: 'demo.start', label: 'Start the demo consortium', group: 'Demo', shortcut: null, when: 'demo-off' },
  { id: 'demo.stop', label: 'Stop the demo consortium', group: 'Demo', shortcut: null, when: 'demo-running' },
] as const satisfies readonly Command[];

export type CommandId = (typeof COMMANDS)[number]['id'];

export function commandById(id: string): (Command & { readonly id: CommandId }) | undefined {
  return COMMANDS.find((command) => command.id === id);
}

/** The pressed keys of an event, in the order that COMMANDS writes them. */
export interface PressedKeys {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** `Mod+Shift+E` for the event, or null when it can't be a command (no Ctrl or ⌘, or with Alt). */
export function shortcutOf(pressed: PressedKeys): string | null {
  if (pressed.altKey || !(pressed.ctrlKey || pressed.metaKey)) return null;
  const key = pressed.key.length === 1 ? pressed.key.toUpperCase() : pressed.key;
  return pressed.shiftKey ? `Mod+Shift+${key}` : `Mod+${key}`;
}

export function commandOf(pressed: PressedKeys): CommandId | undefined {
  const shortcut = shortcutOf(pressed);
  return shortcut === null ? undefined : COMMANDS.find((command) => command.shortcut === shortcut)?.id;
}

/** `Mod+Shift+E` as a person reads it: `Ctrl+Shift+E`, on a Mac `⇧⌘E`. */
export function shortcutText(shortcut: string, platform: 'mac' | 'other'): string {
  if (platform === 'other') return shortcut.replace('Mod', 'Ctrl');
  const parts = shortcut.split('+');
  const key = parts.at(-1) ?? '';
  return `${parts.includes('Shift') ? '⇧' : ''}⌘${key === 'Enter' ? '↩' : key}`;
}

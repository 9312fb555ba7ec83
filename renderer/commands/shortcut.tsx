/** A command's keys, as a person reads them on this platform. */
import { Kbd } from '@mantine/core';
import { type ReactNode } from 'react';
import { type CommandId, commandById, shortcutText } from '#shared/commands.ts';

export function platform(): 'mac' | 'other' {
  return window.navigator.userAgent.includes('Mac') ? 'mac' : 'other';
}

export function shortcutOfCommand(id: CommandId): string | null {
  const shortcut = commandById(id)?.shortcut ?? null;
  return shortcut === null ? null : shortcutText(shortcut, platform());
}

export function Shortcut({ of }: { readonly of: CommandId }): ReactNode {
  const text = shortcutOfCommand(of);
  return text === null ? null : <Kbd size="xs">{text}</Kbd>;
}

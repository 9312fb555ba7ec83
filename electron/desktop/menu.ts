/** The native menu, from the one list of commands. The page decides whether a command can be given now. */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import { COMMAND_GROUPS, COMMANDS, type CommandId } from '#shared/commands.ts';
import { openHomepage } from './links.ts';

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly isPackaged: boolean;
  readonly run: (command: CommandId) => void;
}

export function installMenu(options: MenuOptions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)));
}

export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const application: MenuItemConstructorOptions =
    options.platform === 'darwin' ? { role: 'appMenu' } : { label: 'File', submenu: [{ role: 'quit' }] };
  const groups = COMMAND_GROUPS.map((group) => groupMenu(group, options));
  return [application, { role: 'editMenu' }, ...groups, { role: 'windowMenu' }, helpMenu(options)];
}

function groupMenu(group: (typeof COMMAND_GROUPS)[number], options: MenuOptions): MenuItemConstructorOptions {
  const items = COMMANDS.filter((command) => command.group === group).map(
    (command): MenuItemConstructorOptions => ({
      id: command.id,
      label: command.label,
      // the page listens to the keys itself (focus, dialogs): shown here, not registered
      ...(command.shortcut === null ? {} : { accelerator: accelerator(command.shortcut) }),
      registerAccelerator: false,
      click: () => {
        options.run(command.id);
      },
    }),
  );
  return { label: group, submenu: items };
}

function accelerator(shortcut: string): string {
  return shortcut.replace('Mod', 'CommandOrControl');
}

function helpMenu(options: MenuOptions): MenuItemConstructorOptions {
  const about: MenuItemConstructorOptions = { role: 'about' };
  const tools: MenuItemConstructorOptions[] = options.isPackaged ? [] : [{ role: 'toggleDevTools' }];
  return {
    role: 'help',
    submenu: [
      { label: 'Parley on the web', click: openHomepage },
      ...tools,
      ...(options.platform === 'darwin' ? [] : [about]),
    ],
  };
}

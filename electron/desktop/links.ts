/** Addresses that this app opens in a browser: written here, never taken from data. And addresses that open this app. */
import { shell } from 'electron';
import { z } from 'zod';
import type { CommandId } from '#shared/commands.ts';

export const DEEP_LINK_SCHEME = 'parley';

export function openHomepage(): void {
  void shell.openExternal('https://parley.example');
}

const SCREENS = {
  overview: 'go.overview',
  data: 'go.data',
  round: 'go.rounds',
  review: 'go.review',
  privacy: 'go.privacy',
  audit: 'go.audit',
  settings: 'go.settings',
} as const satisfies Readonly<Record<string, CommandId>>;

const DeepLink = z
  .string()
  .max(200)
  .regex(/^parley:\/\/[a-z]+(\/[\w-]*)?$/)
  .transform((link) => /^parley:\/\/([a-z]+)/.exec(link)?.[1] ?? '')
  .pipe(z.enum(Object.keys(SCREENS) as [keyof typeof SCREENS, ...(keyof typeof SCREENS)[]]));

/** `parley://round/rnd_…` as the command that shows its screen; never an action. undefined for anything else. */
export function screenOf(link: unknown): (typeof SCREENS)[keyof typeof SCREENS] | undefined {
  const screen = DeepLink.safeParse(link);
  return screen.success ? SCREENS[screen.data] : undefined;
}

/** The deep link among the arguments of a start, if there is one. */
export function deepLinkIn(args: readonly string[]): string | undefined {
  return args.find((arg) => arg.startsWith(`${DEEP_LINK_SCHEME}://`));
}

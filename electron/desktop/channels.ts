/** The only place where a channel is registered: the sender is checked and the message parsed before anything happens. */
import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import type { z } from 'zod';
import { PAGE_ORIGIN } from './protocol.ts';

export interface Channel<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** Largest message, as JSON characters. */
  readonly maxLength: number;
  readonly handle: (input: T, event: IpcMainInvokeEvent) => unknown;
}

/** A stranger's message, one that is too large or one of another shape rejects; nothing was done. */
export function safeHandle<T>(channel: Channel<T>): void {
  ipcMain.handle(channel.name, (event, input: unknown) => {
    if (!isOurPage(event)) throw new Error(`${channel.name}: refused`);
    if (JSON.stringify(input ?? null).length > channel.maxLength)
      throw new Error(`${channel.name}: too large`);
    return channel.handle(channel.schema.parse(input), event);
  });
}

/** Only the top frame of our own page speaks. */
function isOurPage(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame === event.sender.mainFrame && frame.origin === PAGE_ORIGIN;
}

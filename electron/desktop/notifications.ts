/** Native notifications, only while nobody looks at the window; a click brings it to the front. */
import { type BrowserWindow, Notification } from 'electron';
import type { Notice } from '../backend/messages.ts';
import { bringToFront } from './window.ts';

export function notify(window: BrowserWindow, notice: Notice): void {
  if (window.isFocused() || !Notification.isSupported()) return;
  const notification = new Notification({ title: notice.title, body: notice.detail });
  notification.on('click', () => {
    bringToFront(window);
  });
  notification.show();
}

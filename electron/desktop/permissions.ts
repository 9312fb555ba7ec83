/** The page may ask for nothing and reach nothing but its own files. */
import type { Session } from 'electron';
import { PAGE_ORIGIN } from './protocol.ts';

export function refusePermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => {
    decide(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

/** The hub is spoken to by the backend process; a request from the page to anywhere is a fault or an attack. */
export function refuseForeignRequests(session: Session, isPackaged: boolean): void {
  session.webRequest.onBeforeRequest((details, decide) => {
    decide({ cancel: !mayLoad(details.url, isPackaged) });
  });
}

/** `data:` carries the page's own small images and goes nowhere; developer tools load their own pages. */
export function mayLoad(url: string, isPackaged: boolean): boolean {
  return (
    url.startsWith(`${PAGE_ORIGIN}/`) ||
    url.startsWith('data:') ||
    (!isPackaged && url.startsWith('devtools://'))
  );
}

/** A word about what the person just did. Conditions that last are banners, not toasts. */
import { notifications } from '@mantine/notifications';
import { type Failure } from '#shared/failure.ts';
import { FAILURE_TEXTS, inSentences } from '../text/failure-texts.ts';

const closeButtonProps = { 'aria-label': 'Close' };

export function toast(message: string): void {
  notifications.show({ message, withBorder: true, closeButtonProps });
}

export function toastFailure(failure: Failure): void {
  notifications.show({
    title: FAILURE_TEXTS[failure.code].title,
    message: inSentences(failure),
    color: 'red',
    withBorder: true,
    autoClose: false,
    closeButtonProps,
  });
}

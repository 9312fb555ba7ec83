/** Native dialogs: files in and out, and what a person must know before there is a page. */
import { writeFile } from 'node:fs/promises';
import { type BrowserWindow, dialog } from 'electron';
import { FailureError } from '#shared/failure.ts';
import type { QuitChoice, QuitQuestion } from './quit.ts';

/** The chosen path, as the data service imports it; null when cancelled. */
export async function chooseImportFile(window: BrowserWindow): Promise<{ readonly source: string } | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: 'Import transactions',
    properties: ['openFile'],
    filters: [
      { name: 'Transactions (CSV)', extensions: ['csv', 'tsv', 'txt', 'gz'] },
      { name: 'All files', extensions: ['*'] },
    ],
  });
  const [source] = filePaths;
  return canceled || source === undefined ? null : { source };
}

export interface TextToSave {
  readonly suggestedName: string;
  readonly text: string;
}

/** Writes where a person chose. Throws `file-not-readable` when the place can't be written. */
export async function saveText(
  window: BrowserWindow,
  { suggestedName, text }: TextToSave,
): Promise<{ saved: boolean }> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath: suggestedName });
  if (canceled || filePath === '') return { saved: false };
  try {
    await writeFile(filePath, text);
    return { saved: true };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown cause';
    throw new FailureError('file-not-readable', `${filePath} could not be written: ${why}`);
  }
}

/** The safe button is the default and what Escape means. */
export async function askToQuit(window: BrowserWindow, question: QuitQuestion): Promise<QuitChoice> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    noLink: true,
    message: question.message,
    detail: question.detail,
    buttons: question.buttons.map((button) => button.label),
    defaultId: 0,
    cancelId: 0,
  });
  return question.buttons[response]?.choice ?? 'stay';
}

export interface Notice {
  readonly title: string;
  readonly detail: string;
}

/** Works before the app is ready, and without a window. */
export function explain(notice: Notice): void {
  dialog.showErrorBox(notice.title, notice.detail);
}

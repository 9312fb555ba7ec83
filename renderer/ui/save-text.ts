/** Text to a place that the person chooses: the native dialog in the desktop app, a download in a browser. */
import { useBackend } from '../queries/backend.tsx';
import { text } from '../text/en.ts';
import { asFailure } from '../text/failure-texts.ts';
import { after } from './clock.ts';
import { toast, toastFailure } from './toast.ts';

export function useSaveText(): (name: string, content: () => string | Promise<string>) => void {
  const { client, host } = useBackend();
  const save = async (name: string, content: string): Promise<boolean> => {
    if (host.kind === 'browser') {
      download(name, content);
      return true;
    }
    const answer = await client['host.saveText']({ suggestedName: name, text: content });
    return answer.saved;
  };
  return (name, content) => {
    Promise.resolve()
      .then(content)
      .then((made) => save(name, made))
      .then(
        (saved) => {
          if (saved) toast(text.common.saved(name));
        },
        (error: unknown) => {
          toastFailure(asFailure(error));
        },
      );
  };
}

function download(name: string, content: string): void {
  const type = name.endsWith('.json') ? 'application/json' : 'text/csv;charset=utf-8';
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  after(10_000, () => {
    URL.revokeObjectURL(address);
  });
}

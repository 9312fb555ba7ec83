/** Starts the bank app's page: host, providers, root. Wiring only. */
import '../ui/no-code-from-text.ts';
import '../ui/no-generated-code.ts';
import '@fontsource-variable/inter/index.css';
import '@mantine/core/styles.css';
import '@mantine/charts/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import '../ui/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { browserHost } from '../transport/browser.ts';
import { desktopHost } from '../transport/desktop.ts';
import { allowStyleTextOnly, styleNonce } from '../ui/content-security.ts';
import { App } from './app.tsx';

allowStyleTextOnly();
const host = window.parley === undefined ? browserHost() : desktopHost(window.parley);
const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App host={host} nonce={styleNonce()} />
    </StrictMode>,
  );
}

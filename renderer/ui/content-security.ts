/** What the page's Content-Security-Policy needs from the page: the nonce for style elements, and a trusted-types policy. */

interface TrustedTypes {
  createPolicy(name: string, rules: { readonly createHTML: (text: string) => string }): unknown;
}

declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypes;
  }
}

/** The host writes a fresh nonce into this meta element with every page. */
export function styleNonce(): string {
  const meta = document.querySelector('meta[property="csp-nonce"]');
  const nonce = meta?.getAttribute('content') ?? '';
  window.__webpack_nonce__ = nonce;
  return nonce;
}

/**
 * Mantine fills its style elements through innerHTML. Text without `<` can become no element, so that is all the
 * default policy lets through; scripts and script addresses from text are refused, having no rule.
 */
export function allowStyleTextOnly(): void {
  window.trustedTypes?.createPolicy('default', { createHTML: styleText });
}

export function styleText(text: string): string {
  if (text.includes('<')) throw new TypeError('markup from text is not allowed on this page');
  return text;
}

export function scriptFindings(text: string): string[];
export function pageFindings(html: string): string[];
export function preloadFindings(text: string): string[];
export function backendFindings(text: string): string[];
export function checkBundles(out: string): string[];

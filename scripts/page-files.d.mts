import type { Plugin } from 'vite';

export const PAGE_FILES: string;
export function pageFiles(): Plugin;

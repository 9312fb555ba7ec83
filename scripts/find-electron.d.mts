export function findElectron(): string | undefined;
export function whyNoWindow(): string | undefined;

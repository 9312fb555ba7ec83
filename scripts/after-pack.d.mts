export const FUSES: Readonly<Record<string, boolean>>;
export function hardenBinary(binary: string, options?: object): Promise<void>;
export default function afterPack(context: unknown): Promise<void>;

// electron-builder's afterPack: burns the fuses into the packaged binary and reads them back.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';

/** Hardened where Electron's defaults are not. ASAR integrity protects macOS and Windows; on Linux Electron ignores it. */
export const FUSES = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // CVE-2025-55305 tampered with snapshots: one of our own would be checked by nothing, so there is none
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
};

/** Throws when the binary lacks one of these fuses, or has another state after they were flipped. */
export async function hardenBinary(binary, options = {}) {
  const namesWhere = (wire, isWrong) =>
    Object.keys(FUSES)
      .filter((fuse) => isWrong(wire[fuse], FUSES[fuse] ? FuseState.ENABLE : FuseState.DISABLE))
      .map((fuse) => FuseV1Options[fuse]);
  // flipping a removed fuse writes its state, which nothing reads any more
  const removed = namesWhere(await getCurrentFuseWire(binary), (state) => state === FuseState.REMOVED);
  if (removed.length > 0)
    throw new Error(`${binary} has no fuse ${removed.join(', ')}: decide again what protects it`);
  await flipFuses(binary, { version: FuseVersion.V1, strictlyRequireAllFuses: false, ...options, ...FUSES });
  const wrong = namesWhere(await getCurrentFuseWire(binary), (state, wanted) => state !== wanted);
  if (wrong.length > 0) throw new Error(`fuses not set in ${binary}: ${wrong.join(', ')}`);
}

function binaryOf({ appOutDir, electronPlatformName, packager }) {
  const name = packager.appInfo.productFilename;
  if (electronPlatformName === 'darwin' || electronPlatformName === 'mas')
    return join(appOutDir, `${name}.app`);
  if (electronPlatformName === 'win32') return join(appOutDir, `${name}.exe`);
  return [packager.executableName, name]
    .map((file) => join(appOutDir, file))
    .find((file) => existsSync(file));
}

export default async function afterPack(context) {
  const onMac = context.electronPlatformName === 'darwin';
  await hardenBinary(binaryOf(context), { resetAdHocDarwinSignature: onMac });
}

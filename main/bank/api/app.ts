/** First steps, state of the app, engine, consortium, demo: the contract's methods that are about the app itself. */
import type { BankContract, AppState, DemoState } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import { fingerprint } from '#main/wire/identity.ts';
import type { Services } from '../services.ts';
import type { DemoService } from '../settings/demo/service.ts';

type AppMethods =
  | 'app.state'
  | 'app.setUp'
  | 'app.setHomeCountry'
  | 'app.traffic'
  | 'app.chooseEngine'
  | 'host.chooseImportFile'
  | 'host.saveText'
  | 'consortium.previewInvite'
  | 'consortium.join'
  | 'demo.start'
  | 'demo.stop';

export function appHandlers(services: Services, demo: DemoService): Pick<Handlers<BankContract>, AppMethods> {
  const { preferences, key, homeCountry, consortium, changes } = services;
  return {
    'app.state': () => appState(services, demo.state()),
    'app.setUp': ({ bankName, analyst, homeCountry: stated }) => {
      preferences.setProfile({ bankName, analyst });
      key.create();
      if (stated !== undefined) homeCountry.state(stated);
      changes.note('app', 'data');
      return {};
    },
    'app.setHomeCountry': ({ homeCountry: stated }) => {
      preferences.requireProfile();
      homeCountry.state(stated);
      changes.note('app', 'data');
      return {};
    },
    'app.traffic': () => consortium.traffic(),
    'app.chooseEngine': ({ choice }) => {
      preferences.setEngineChoice(choice);
      changes.note('app');
      return {};
    },
    'host.chooseImportFile': () => {
      throw notHere('A file dialog needs the desktop app; the page uploads the file instead');
    },
    'host.saveText': () => {
      throw notHere('Saving to a chosen place needs the desktop app; the page downloads the file instead');
    },
    'consortium.previewInvite': ({ invite }) => {
      const { address, consortium: named, operatorKey } = consortium.preview(invite);
      return {
        consortium: named.name,
        address,
        operatorFingerprint: fingerprint(operatorKey),
        ownFingerprint: key.fingerprint(),
      };
    },
    'consortium.join': async ({ invite }) => {
      preferences.requireProfile();
      await consortium.join(invite);
      return {};
    },
    'demo.start': async (choice) => {
      await demo.start(choice);
      return {};
    },
    'demo.stop': () => {
      demo.stop();
      return {};
    },
  };
}

function notHere(message: string): FailureError {
  return new FailureError('not-available-here', message);
}

function appState(services: Services, demo: DemoState): AppState {
  const { options, preferences, key, homeCountry, consortium, soundness, engines } = services;
  const profile = preferences.profile();
  return {
    version: options.version,
    host: options.host,
    dataFolder: options.home,
    bank:
      profile === undefined || key.known() === undefined
        ? null
        : {
            name: profile.bankName,
            analyst: profile.analyst,
            keyFingerprint: key.fingerprint(),
            homeCountry: homeCountry.read(),
          },
    keyProtection: options.secrets.protection,
    hub: consortium.view(),
    engine: engines.view(),
    demo,
    sendingBlocked: soundness.problem()?.toFailure() ?? null,
  };
}

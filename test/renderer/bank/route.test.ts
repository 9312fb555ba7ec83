import { describe, expect, it } from 'vitest';
import { hrefOf, parseRoute, type Route } from '../../../renderer/bank/route.ts';
import { tokenOf } from '../../../renderer/transport/host.ts';
import { importId, runId, updateId } from '../../e2e/fixtures/ids.ts';

const routes: readonly Route[] = [
  { screen: 'overview' },
  { screen: 'data', view: 'summary' },
  { screen: 'data', view: 'transactions' },
  { screen: 'data', view: 'import' },
  { screen: 'data', view: 'import-result', importId: importId(3) },
  { screen: 'rounds', runId: null },
  { screen: 'rounds', runId: runId(2) },
  { screen: 'review', updateId: updateId(1) },
  { screen: 'record', updateId: updateId(1) },
  { screen: 'privacy' },
  { screen: 'audit' },
  { screen: 'settings', section: 'engine' },
  { screen: 'settings', section: 'reviewers' },
];

describe('addresses', () => {
  it.each(routes)('come back as they were written: %j', (route) => {
    expect(parseRoute(hrefOf(route))).toEqual(route);
  });

  it.each(['', '#', '#/nowhere', '#/../../etc/passwd', '#/release/now'])(
    'lead to the overview from %j',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ screen: 'overview' });
    },
  );

  it('drop an identifier of another kind or none', () => {
    expect(parseRoute(`#/rounds/${updateId(1)}`)).toEqual({ screen: 'rounds', runId: null });
    expect(parseRoute('#/data/imports/imp_1')).toEqual({ screen: 'data', view: 'summary' });
    expect(parseRoute('#/settings/secrets')).toEqual({ screen: 'settings', section: 'bank' });
  });
});

describe('the access token', () => {
  it('is taken out of the address, which keeps the place', () => {
    expect(tokenOf('#token=abc-DEF_1&/privacy')).toEqual({ token: 'abc-DEF_1', rest: '#/privacy' });
    expect(tokenOf('#token=abc')).toEqual({ token: 'abc', rest: '#' });
  });

  it('is absent from an ordinary address', () => {
    expect(tokenOf('#/review')).toEqual({ token: null, rest: '#/review' });
  });
});

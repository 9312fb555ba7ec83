import { describe, expect, it } from 'vitest';
import { COMMANDS, commandOf, shortcutText } from '#shared/commands.ts';
import { createRegistry } from '../../renderer/commands/registry.tsx';
import { asFailure, FAILURE_TEXTS } from '../../renderer/text/failure-texts.ts';
import { FailureError, NEXT_STEPS } from '#shared/failure.ts';
import { staleQueries } from '../../renderer/queries/backend.tsx';

const keys = (
  key: string,
  more: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

describe('keys', () => {
  it('give each command its own', () => {
    const shortcuts = COMMANDS.flatMap(({ shortcut }) => shortcut ?? []);
    expect(new Set(shortcuts).size).toBe(shortcuts.length);
  });

  it('find a command by Ctrl and by ⌘, whatever the case', () => {
    expect(commandOf(keys('k', { ctrlKey: true }))).toBe('view.palette');
    expect(commandOf(keys('K', { metaKey: true }))).toBe('view.palette');
    expect(commandOf(keys('e', { ctrlKey: true, shiftKey: true }))).toBe('screen.export');
  });

  it('leave typing alone', () => {
    expect(commandOf(keys('k'))).toBeUndefined();
    expect(commandOf(keys('1', { ctrlKey: true, altKey: true }))).toBeUndefined();
  });

  it('are written as the platform writes them', () => {
    expect(shortcutText('Mod+Shift+E', 'other')).toBe('Ctrl+Shift+E');
    expect(shortcutText('Mod+Shift+E', 'mac')).toBe('⇧⌘E');
    expect(shortcutText('Mod+Enter', 'mac')).toBe('⌘↩');
  });
});

describe('the registry', () => {
  it('lets the last to register answer, and the one before when it leaves', () => {
    const registry = createRegistry();
    const answers: string[] = [];
    registry.register('screen.primary', () => answers.push('page'));
    const leave = registry.register('screen.primary', () => answers.push('dialog'));
    registry.run('screen.primary');
    leave();
    registry.run('screen.primary');
    expect(answers).toEqual(['dialog', 'page']);
  });

  it('offers what can be run now, in the order of the list', () => {
    const registry = createRegistry();
    registry.register('view.palette', () => undefined);
    const leave = registry.register('go.data', () => undefined);
    expect(registry.available()).toEqual(['go.data', 'view.palette']);
    leave();
    expect(registry.available()).toEqual(['view.palette']);
    expect(registry.run('go.data')).toBe(false);
  });
});

describe('failures', () => {
  it('all have a title that ends without a full stop, as titles do', () => {
    const titles = Object.values(FAILURE_TEXTS).map(({ title }) => title);
    expect(titles).toHaveLength(Object.keys(NEXT_STEPS).length);
    expect(titles.filter((title) => title === '' || title.endsWith('.') || title.includes('!'))).toEqual([]);
  });

  it('keep their figures and next step', () => {
    const failure = asFailure(new FailureError('budget-exhausted', 'Round 14 needs ε 0.16; 0.09 is left'));
    expect(failure).toMatchObject({ code: 'budget-exhausted', nextStep: NEXT_STEPS['budget-exhausted'] });
  });

  it('call everything else a fault of the app', () => {
    expect(asFailure(new TypeError('x is not a function')).code).toBe('internal');
    expect(asFailure('?').code).toBe('internal');
  });
});

it('pulls the app state again when the demo changes', () => {
  expect(staleQueries(['demo', 'app', 'review'])).toEqual(['app', 'review', 'leaks']);
  expect(staleQueries(['runs'])).toContain('rounds');
});

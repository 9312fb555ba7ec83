import { expect, it } from 'vitest';
import { styleText } from '../../../renderer/ui/content-security.ts';

it('lets style text through and no markup', () => {
  expect(styleText(':root{--a:1px}')).toBe(':root{--a:1px}');
  expect(() => styleText('<img src=x onerror=alert(1)>')).toThrow(TypeError);
});

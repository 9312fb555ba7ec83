import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAmountParser } from '#main/bank/data/import/amount-value.ts';
import { createTimeParser } from '#main/bank/data/import/time-value.ts';

describe('times', () => {
  const iso = createTimeParser('iso', 0);

  it('agree with Date for every second of the supported years', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1990) / 1000, max: Date.UTC(2100) / 1000 - 1 }), (second) => {
        const text = new Date(second * 1000).toISOString();
        expect(iso(text)).toBe(second * 1000);
        expect(iso(`${text.slice(0, 19)}Z`)).toBe(second * 1000);
        expect(iso(text.slice(0, 19).replace('T', ' '))).toBe(second * 1000);
      }),
    );
  });

  it.each([
    ['2018-04-01', Date.UTC(2018, 3, 1)],
    ['2018-04-01T12:30', Date.UTC(2018, 3, 1, 12, 30)],
    ['2018-04-01T12:30:00.25Z', Date.UTC(2018, 3, 1, 12, 30, 0, 250)],
    ['2018-04-01T12:30:00+02:00', Date.UTC(2018, 3, 1, 10, 30)],
    ['2018-04-01 12:30:00-0530', Date.UTC(2018, 3, 1, 18)],
    ['2020-02-29T00:00:00Z', Date.UTC(2020, 1, 29)],
  ])('reads %s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it.each([
    ['2018-02-30T00:00:00Z', 'impossible-date'],
    ['2019-02-29T00:00:00Z', 'impossible-date'],
    ['1900-02-29', 'impossible-date'],
    ['2018-13-01T00:00:00Z', 'impossible-date'],
    ['2018-04-01T24:00:00Z', 'impossible-date'],
    ['2018-04-01T00:00:60Z', 'impossible-date'],
    ['2018-04-01T00:00:00+25:00', 'impossible-date'],
    ['1970-01-01T00:00:00Z', 'time-out-of-range'],
    ['01.04.2018', 'not-a-time'],
    ['2018-4-1', 'not-a-time'],
    ['2018-04-01T00:00:00Zjunk', 'not-a-time'],
    ['NaN', 'not-a-time'],
    ['1522540831', 'not-a-time'],
  ])('refuses %s', (text, reason) => {
    expect(iso(text)).toBe(reason);
  });

  it('takes day and month in the order the mapping says, and a zone for times without one', () => {
    expect(createTimeParser('day-first', 120)('03.04.2018 02:00')).toBe(Date.UTC(2018, 3, 3));
    expect(createTimeParser('month-first', 0)('03/04/2018')).toBe(Date.UTC(2018, 2, 4));
    expect(createTimeParser('month-first', 0)('31/04/2018')).toBe('impossible-date');
    expect(iso('2018-04-03T02:00:00Z')).toBe(Date.UTC(2018, 3, 3, 2));
    expect(createTimeParser('iso', 120)('2018-04-03T02:00:00Z')).toBe(Date.UTC(2018, 3, 3, 2));
    expect(createTimeParser('iso', 120)('2018-04-03T02:00:00')).toBe(Date.UTC(2018, 3, 3));
    expect(createTimeParser('epoch-seconds', 0)('1522540831')).toBe(1_522_540_831_000);
    expect(createTimeParser('epoch-milliseconds', 0)('1522540831')).toBe('time-out-of-range');
  });
});

describe('amounts', () => {
  const point = createAmountParser({ amountUnit: 'major', decimalSeparator: '.', thousandsSeparator: '' });
  const comma = createAmountParser({ amountUnit: 'major', decimalSeparator: ',', thousandsSeparator: '.' });

  it('are exact for every number of cents', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 13 }), (cents) => {
        const text = `${String(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, '0')}`;
        expect(point(text, 2)).toBe(cents);
      }),
    );
  });

  it.each([
    ['57.16', 2, 5716],
    ['57.1', 2, 5710],
    ['57', 2, 5700],
    ['57.1600', 2, 5716],
    ['57', 0, 57],
    ['1.234', 3, 1234],
    ['0.00', 2, 0],
  ])('reads %s with %i decimals', (text, decimals, minor) => {
    expect(point(text, decimals)).toBe(minor);
  });

  it.each([
    ['57.165', 'amount-too-precise'],
    ['-1.00', 'negative-amount'],
    ['\u22121.00', 'negative-amount'],
    ['(57.16)', 'negative-amount'],
    ['1,234.56', 'not-an-amount'],
    ['57,16', 'not-an-amount'],
    ['1e3', 'not-an-amount'],
    ['NaN', 'not-an-amount'],
    ['Infinity', 'not-an-amount'],
    ['0x10', 'not-an-amount'],
    ['57.16 EUR', 'not-an-amount'],
    ['+5', 'not-an-amount'],
    ['5.', 'not-an-amount'],
    ['.5', 'not-an-amount'],
    ['1.2.3', 'not-an-amount'],
    ['\u0665', 'not-an-amount'],
    ['99999999999999999', 'amount-too-large'],
  ])('refuses %s', (text, reason) => {
    expect(point(text, 2)).toBe(reason);
  });

  it('reads locale decimals when the mapping says so, and groups of three only', () => {
    expect(comma('1.234.567,89', 2)).toBe(123_456_789);
    expect(comma('1234,5', 2)).toBe(123_450);
    expect(comma('12.34,5', 2)).toBe('not-an-amount');
    expect(comma('1.234.56', 2)).toBe('not-an-amount');
    expect(
      createAmountParser({ amountUnit: 'minor', decimalSeparator: '.', thousandsSeparator: '' })('5716', 2),
    ).toBe(5716);
  });
});

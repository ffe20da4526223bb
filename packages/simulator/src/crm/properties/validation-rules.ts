import { RULE_REFUSALS } from '../../assumptions.ts';
import type { Verdict } from './verdict.ts';

/**
 * An admin's rule for the values of a property.
 * https://developers.hubspot.com/docs/api-reference/latest/crm/property-validations/guide
 */
export interface ValidationRule {
  readonly ruleType: RuleType;
  readonly ruleArguments: readonly string[];
  readonly shouldApplyNormalization?: boolean;
}

/** A value in its stored form fits a rule. `now` in epoch milliseconds. */
type Fits = (value: string, args: readonly string[], now: number) => boolean;

const DAY_NAMES = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];
const DOMAIN = /^([a-z\d]([a-z\d-]*[a-z\d])?\.)+[a-z]{2,}$/i;
const ADDRESS = /^[^\s@]+@([^\s@]+\.[^\s@.]+)$/;

const FITS = {
  AFTER_DATETIME_DURATION: (value, [period], now) => Date.parse(value) >= shifted(now, period, 1),
  AFTER_DURATION: (value, [period], now) => value >= dayOf(shifted(now, period, 1)),
  ALPHANUMERIC: (value, [kind = 'ALPHANUMERIC']) => {
    const allowed = { ALPHA_ONLY: /^\p{L}*$/u, NUMERIC_ONLY: /^\d*$/, ALPHANUMERIC: /^[\p{L}\d]*$/u };
    return Object.entries(allowed).every(([name, pattern]) => name !== kind || pattern.test(value));
  },
  BEFORE_DATETIME_DURATION: (value, [period], now) => Date.parse(value) <= shifted(now, period, -1),
  BEFORE_DURATION: (value, [period], now) => value <= dayOf(shifted(now, period, -1)),
  DAYS_OF_WEEK: (value, days) => days.includes(DAY_NAMES[new Date(value).getUTCDay()] ?? ''),
  DECIMAL: (value, [places]) => (value.split('.')[1] ?? '').length <= Number(places),
  DOMAIN: (value) => DOMAIN.test(value),
  EMAIL: (value) => ADDRESS.test(value),
  EMAIL_ALLOWED_DOMAINS: (value, domains) => domains.includes(ADDRESS.exec(value)?.[1] ?? ''),
  EMAIL_BLOCKED_DOMAINS: (value, domains) => !domains.includes(ADDRESS.exec(value)?.[1] ?? ''),
  END_DATE: (value, [at]) => Date.parse(value) <= Number(at),
  END_DATETIME: (value, [at]) => Date.parse(value) <= Number(at),
  FORMAT: (value, [format]) => {
    if (format === 'UPPER') return value === value.toUpperCase();
    if (format === 'LOWER') return value === value.toLowerCase();
    return !/(^|\s)\p{Ll}/u.test(value);
  },
  MAX_LENGTH: (value, [most]) => value.length <= Number(most),
  MAX_NUMBER: (value, [most]) => Number(value) <= Number(most),
  MIN_LENGTH: (value, [fewest]) => value.length >= Number(fewest),
  MIN_NUMBER: (value, [least]) => Number(value) >= Number(least),
  PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE: (value) => /^\+\d[\d\s().-]{5,}$/.test(value),
  REGEX: (value, [pattern = '']) => new RegExp(pattern, 'u').test(value),
  SPECIAL_CHARACTERS: (value) => /^[\p{L}\d\s]*$/u.test(value),
  START_DATE: (value, [at]) => Date.parse(value) >= Number(at),
  START_DATETIME: (value, [at]) => Date.parse(value) >= Number(at),
  URL: (value) => hostOf(value) !== undefined,
  URL_ALLOWED_DOMAINS: (value, domains) => domains.includes(hostOf(value) ?? ''),
  URL_BLOCKED_DOMAINS: (value, domains) => !domains.includes(hostOf(value) ?? ''),
  WHITESPACE: (value, [kind = 'ALL']) => (kind === 'TRIM' ? value === value.trim() : !/\s/.test(value)),
} as const satisfies Record<string, Fits>;

export type RuleType = keyof typeof FITS;

export function isRuleType(name: string): name is RuleType {
  return Object.hasOwn(FITS, name);
}

/** The value, or the refusal of the first rule that it breaks. */
export function checkRules(value: string, rules: readonly ValidationRule[], now: number): Verdict {
  const broken = rules.find(({ ruleType, ruleArguments }) => {
    const fits: Fits = FITS[ruleType];
    return !fits(value, ruleArguments, now);
  });
  return broken ? RULE_REFUSALS(broken.ruleType, broken.ruleArguments) : { value };
}

/** `now` moved by an ISO 8601 period such as `P1Y`, `P30D`. */
function shifted(now: number, period = '', direction: 1 | -1): number {
  const [, years = 0, months = 0, weeks = 0, days = 0] =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/.exec(period)?.map(Number).map(orZero) ?? [];
  const at = new Date(now);
  at.setUTCFullYear(at.getUTCFullYear() + direction * years, at.getUTCMonth() + direction * months);
  at.setUTCDate(at.getUTCDate() + direction * (7 * weeks + days));
  return at.getTime();
}

function orZero(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

function hostOf(value: string): string | undefined {
  const url = URL.canParse(value) ? value : `https://${value}`;
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return DOMAIN.test(host) ? host : undefined;
}

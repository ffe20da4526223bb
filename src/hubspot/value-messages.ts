import { isPropertyName } from '../crm/property.ts';

/** A property value that HubSpot refused, as far as it decides the sentence. */
export interface RefusedValue {
  readonly property: string | undefined;
  readonly code: string | undefined;
  /** HubSpot's own text, which can contain anything. */
  readonly text: string | undefined;
}

type Sentence = (property: string, text: string) => string;

/** Sentences that take the place of HubSpot's text. */
const INSTEAD: Readonly<Record<string, Sentence>> = {
  MISSING_REQUIRED_PROPERTY: requiresValue,
  MISSING_CONDITIONAL_REQUIRED_PROPERTY: requiresValueBecause,
  INVALID_OPTION: (property) => `The value of \`${property}\` must be one of its options.`,
  PROPERTY_DOESNT_EXIST: (property) => `The portal has no property \`${property}\` for these records.`,
  READ_ONLY_VALUE: (property) => `The property \`${property}\` is read-only.`,
};

/** Sentences for refusals whose text cannot be shown. */
const OTHERWISE: Readonly<Record<string, Sentence>> = {
  // https://developers.hubspot.com/changelog/upcoming-property-validations-rules-will-be-enforced-for-apis-and-integrations
  INVALID_ALPHA: (property) => `The value of \`${property}\` may have only letters.`,
  INVALID_EMAIL: (property) => `The value of \`${property}\` must be a valid email address.`,
  INVALID_INTEGER: (property) => `The value of \`${property}\` must be a number.`,
  INVALID_LONG: (property) => `The value of \`${property}\` must be a whole number or a date-time.`,
  INVALID_DATE: (property) => `The value of \`${property}\` must be a date.`,
};

/** An English sentence about a refused value; `undefined` when only its property and its code can be shown. */
export function valueMessage({ property, code = '', text = '' }: RefusedValue): string | undefined {
  if (property !== undefined && Object.hasOwn(INSTEAD, code)) return INSTEAD[code]?.(property, text);
  if (text !== '' && isShowable(text)) return text;
  return property !== undefined && Object.hasOwn(OTHERWISE, code) ? OTHERWISE[code]?.(property, text) : undefined;
}

export function requiresValue(property: string): string {
  return `HubSpot requires a value for \`${property}\`.`;
}

/**
 * The property whose value makes another one required. HubSpot's text ends with it, such as `… based on [dealstage]`.
 * https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
 */
export function decidingProperty(text: string): string | undefined {
  const deciding = /\[(\w{1,100})\]\.?$/.exec(text.trimEnd())?.[1];
  return deciding !== undefined && isPropertyName(deciding) ? deciding : undefined;
}

function requiresValueBecause(property: string, text: string): string {
  const deciding = decidingProperty(text);
  const condition =
    deciding === undefined ? 'because of the value of another property' : `while \`${deciding}\` has this value`;
  return `HubSpot requires a value for \`${property}\` ${condition}.`;
}

/** A plain sentence: without JSON, markup, an address, or a word of the portal. */
function isShowable(text: string): boolean {
  return text.length <= 300 && !/[{}[\]<>\p{Cc}]|:\/\/|portal/iu.test(text);
}

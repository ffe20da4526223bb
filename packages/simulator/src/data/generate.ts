import type { StoredRecord } from '../crm/records/record-store.ts';
import { instant } from '../instant.ts';
import { peopleOf } from '../people.ts';
import type { Portal } from '../portal.ts';
import { generateOwners, pickOwner } from './owners.ts';
import { Random } from './random.ts';
import { placeDeal, renewalPipeline } from './renewals.ts';
import { slug } from './slug.ts';
import {
  BUYING_ROLES,
  COMPANY_ENDS,
  COMPANY_STARTS,
  DEAL_STAGES,
  FIRST_NAMES,
  INDUSTRIES,
  JOB_TITLES,
  LAST_NAMES,
  LEAD_STATUSES,
  LIFECYCLE_STAGES,
  PLACES,
  PRODUCTS,
  SOURCES,
  STREETS,
} from './words.ts';

export interface PortalSize {
  readonly contacts: number;
  readonly deals: number;
  readonly companies: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** A large offset, because the seeds of portals are consecutive numbers. */
const DETAILS_SEED = 1_000_003;

/** Fills a portal with realistic data. The same seed and time give the same data. */
export function generateData(portal: Portal, size: PortalSize, seed: number, now: number): void {
  const random = new Random(seed);
  // A separate source, so that changes of other details do not change names and amounts.
  const details = new Random(seed + DETAILS_SEED);
  const owners = generateOwners(details, portal.domain, now);
  const renewals = renewalPipeline(details, now - 740 * DAY_MS);
  portal.owners.push(...owners);
  portal.people.push(...peopleOf(owners));
  portal.pipelines.deals.push(renewals);
  // Oldest first, because ids increase with time. All within two years.
  const createdAt = (index: number, count: number) => now - Math.round(((count - index) / count) * 730 * DAY_MS);
  const companies = Array.from({ length: size.companies }, (_, index) =>
    portal.create(
      'companies',
      { ...company(random, index), ...pickOwner(owners, details) },
      createdAt(index, size.companies),
    ),
  );
  const staff = new Map<string, StoredRecord[]>();
  const contacts = Array.from({ length: size.contacts }, (_, index) => {
    const employer = companies[random.integer(0, companies.length - 1)];
    const since = createdAt(index, size.contacts);
    const person = contact(random, index, employer, { since, now });
    const more = { ...pickOwner(owners, details), ...marketing(details, { since, now }) };
    const record = portal.create('contacts', { ...person, ...more }, since);
    if (employer) {
      portal.associate(at('contacts', record), at('companies', employer), { primary: true });
      staff.set(employer.id, [...(staff.get(employer.id) ?? []), record]);
    }
    return record;
  });
  for (let index = 0; index < size.deals; index += 1) {
    const customer = companies[random.integer(0, companies.length - 1)];
    const since = createdAt(index, size.deals);
    const sale = deal(random, customer, { since, now });
    const more = { ...pickOwner(owners, details), ...placeDeal(renewals, details, sale) };
    const record = portal.create('deals', { ...sale, ...more }, since);
    if (customer) portal.associate(at('deals', record), at('companies', customer), { primary: true });
    // Mostly contacts of the customer, sometimes an external adviser.
    const own = staff.get(customer?.id ?? '') ?? contacts;
    for (let people = random.integer(1, 3); people > 0; people -= 1) {
      const pool = random.chance(0.1) ? contacts : own;
      const person = pool[random.integer(0, pool.length - 1)];
      const label = random.chance(0.2) ? { label: 'Decision maker' } : {};
      if (person) portal.associate(at('deals', record), at('contacts', person), label);
    }
  }
}

/** A time between the creation of a record and today, in epoch milliseconds. */
interface Life {
  readonly since: number;
  readonly now: number;
}

function at<T>(type: T, { id }: StoredRecord): { type: T; id: string } {
  return { type, id };
}

function company(random: Random, index: number): Record<string, string> {
  const name = `${random.pick(COMPANY_STARTS)} ${random.pick(COMPANY_ENDS)}`;
  const domain = `${slug(name)}-${index + 1}.example`;
  const place = random.pick(PLACES);
  return {
    name,
    domain,
    website: `https://${domain}`,
    phone: `${place.dial} ${random.integer(1000, 9999)}`,
    industry: random.pick(INDUSTRIES),
    city: place.city,
    state: place.state,
    country: place.country,
    numberofemployees: String(random.integer(3, 4_000)),
    annualrevenue: String(random.integer(2, 900) * 100_000),
  };
}

function contact(
  random: Random,
  index: number,
  employer: StoredRecord | undefined,
  life: Life,
): Record<string, string> {
  const [firstname, lastname] = [random.pick(FIRST_NAMES), random.pick(LAST_NAMES)];
  const place = random.pick(PLACES);
  const domain = employer?.properties.get('domain') ?? 'mail.example';
  return {
    firstname,
    lastname,
    email: `${slug(firstname)}.${slug(lastname)}.${index + 1}@${domain}`,
    jobtitle: random.pick(JOB_TITLES),
    company: employer?.properties.get('name') ?? '',
    website: `https://${domain}`,
    phone: `${place.dial} ${random.integer(1000, 9999)}`,
    ...(random.chance(0.4) && { mobilephone: `${place.dial} ${random.integer(1000, 9999)}` }),
    address: `${random.integer(1, 250)} ${random.pick(STREETS)}`,
    city: place.city,
    state: place.state,
    zip: place.zip,
    country: place.country,
    lifecyclestage: random.pick(LIFECYCLE_STAGES),
    ...(random.chance(0.6) && { hs_lead_status: random.pick(LEAD_STATUSES) }),
    ...(random.chance(0.5) && { notes_last_contacted: isoWithin(random, life) }),
  };
}

/** Marketing properties of a contact: among them a date, a boolean, and enumerations with one and several options. */
function marketing(random: Random, { since, now }: Life): Record<string, string> {
  const roles = BUYING_ROLES.filter(() => random.chance(0.15));
  const seen = new Date(since + Math.round(random.next() * (now - since)));
  return {
    hs_analytics_source: random.pick(SOURCES),
    hs_email_optout: String(random.chance(0.1)),
    hs_latest_source_timestamp: seen.toISOString().slice(0, 10),
    ...(roles.length > 0 && { hs_buying_role: roles.join(';') }),
  };
}

function deal(random: Random, customer: StoredRecord | undefined, life: Life): Record<string, string> {
  const dealstage = random.pick(DEAL_STAGES);
  const closed = dealstage.startsWith('closed');
  return {
    dealname: `${customer?.properties.get('name') ?? 'Walk-in'} - ${random.pick(PRODUCTS)}`,
    ...(random.chance(0.95) && { amount: `${random.integer(5, 2_400) * 50}${random.chance(0.3) ? '.50' : ''}` }),
    deal_currency_code: random.pick(['EUR', 'USD', 'USD', 'GBP']),
    dealstage,
    pipeline: 'default',
    dealtype: random.pick(['newbusiness', 'existingbusiness']),
    closedate: closed ? isoWithin(random, life) : instant(life.now + random.integer(5, 180) * DAY_MS),
    ...(random.chance(0.3) && { description: 'Asked for a second call after the budget round.' }),
  };
}

function isoWithin(random: Random, { since, now }: Life): string {
  return instant(since + Math.round(random.next() * (now - since)));
}

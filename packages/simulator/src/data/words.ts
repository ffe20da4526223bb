type Words = readonly [string, ...string[]];

function words(text: string): Words {
  return atLeastOne(text.trim().split(/\s+/));
}

function phrases(text: string): Words {
  return atLeastOne(text.trim().split(/,\s+/));
}

function atLeastOne([first = '', ...rest]: readonly string[]): Words {
  return [first, ...rest];
}

export const FIRST_NAMES = words(`
  Amara Anton Beatrix Caleb Carmen Chidi Clara Daniel Divya Elena Emeka Farah Felix Grace Hana Henrik Ines Isaac
  Jamal Jonas Julia Kenji Laila Leon Lucía Maja Marcus Mei Miguel Nadia Noah Olga Omar Paula Priya Quinn Rafael
  Rosa Samuel Sanne Sofia Tariq Theo Uma Victor Wendy Yara Yusuf Zoë Émile
`);

export const LAST_NAMES = words(`
  Adeyemi Andersen Bakker Becker Brooks Castillo Chen Costa Dubois Fischer Garcia Haddad Hansen Hughes Ibrahim Ito
  Jensen Kaur Khan Kim Kowalski Laurent Lindqvist Lopez Marino Meyer Mbeki Moreau Müller Nakamura O'Brien Okafor
  Patel Petrov Reyes Rossi Santos Schneider Silva Singh Sørensen Tanaka Turner Vargas Virtanen Walker Weber Wright
  Yilmaz Zhang
`);

export const JOB_TITLES = phrases(`
  Account Manager, Buyer, CEO, CFO, Customer Success Manager, Data Analyst, Designer, Engineer, Facility Manager,
  Head of Marketing, Head of Operations, HR Business Partner, IT Manager, Office Manager, Procurement Lead,
  Product Manager, Project Lead, Sales Director, Sales Representative, VP Engineering
`);

export const COMPANY_STARTS = phrases(`
  Alder, Atlas, Beacon, Birch, Blue Harbor, Bright, Canyon, Cedar, Cobalt, Copper, Crest, Delta, Ember, Evergreen,
  Falcon, Granite, Harvest, Helio, Iron Bridge, Juniper, Keystone, Lakeside, Lumen, Maple, Meridian, North Star,
  Oak, Orchard, Pioneer, Quarry, Ridge, River, Silver, Summit, Terra, Tidewater, Union, Vertex, Willow, Zephyr
`);

export const COMPANY_ENDS = words(`
  Analytics Bakeries Consulting Energy Foods Freight Health Labs Logistics Manufacturing Media Outfitters Partners
  Robotics Software Supply Textiles Travel Works Wholesale
`);

/** HubSpot's internal values of `industry`. */
export const INDUSTRIES = words(`
  COMPUTER_SOFTWARE FOOD_BEVERAGES HEALTH_WELLNESS_AND_FITNESS INFORMATION_TECHNOLOGY_AND_SERVICES
  LOGISTICS_AND_SUPPLY_CHAIN MACHINERY MARKETING_AND_ADVERTISING RENEWABLES_ENVIRONMENT RETAIL TEXTILES
`);

export interface Place {
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly zip: string;
  readonly dial: string;
}

export const PLACES: readonly [Place, ...Place[]] = [
  { city: 'Boston', state: 'Massachusetts', country: 'United States', zip: '02110', dial: '+1 617 555' },
  { city: 'Chicago', state: 'Illinois', country: 'United States', zip: '60606', dial: '+1 312 555' },
  { city: 'Denver', state: 'Colorado', country: 'United States', zip: '80202', dial: '+1 303 555' },
  { city: 'Seattle', state: 'Washington', country: 'United States', zip: '98101', dial: '+1 206 555' },
  { city: 'Toronto', state: 'Ontario', country: 'Canada', zip: 'M5H 2N2', dial: '+1 416 555' },
  { city: 'London', state: 'England', country: 'United Kingdom', zip: 'EC2A 4NE', dial: '+44 20 7946' },
  { city: 'Dublin', state: 'Leinster', country: 'Ireland', zip: 'D02 XY45', dial: '+353 1 555' },
  { city: 'Berlin', state: 'Berlin', country: 'Germany', zip: '10115', dial: '+49 30 23125' },
  { city: 'München', state: 'Bayern', country: 'Germany', zip: '80331', dial: '+49 89 5550' },
  { city: 'Paris', state: 'Île-de-France', country: 'France', zip: '75009', dial: '+33 1 5501' },
  { city: 'Madrid', state: 'Madrid', country: 'Spain', zip: '28013', dial: '+34 91 555' },
  { city: 'Singapore', state: 'Singapore', country: 'Singapore', zip: '049145', dial: '+65 6555' },
];

export const STREETS = phrases(`
  Canal Street, Church Road, Harbour Way, High Street, Market Square, Mill Lane, Park Avenue, Station Road
`);

export const PRODUCTS = phrases(`
  annual licence, expansion, fleet order, onboarding, pilot, platform, renewal, retainer, rollout, support plan
`);

export const LIFECYCLE_STAGES = words(`
  subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer evangelist
`);

export const LEAD_STATUSES = words(`
  NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING
`);

export const DEAL_STAGES = words(`
  appointmentscheduled qualifiedtobuy presentationscheduled decisionmakerboughtin contractsent closedwon
  closedlost
`);

/** HubSpot's internal values of `hs_buying_role`, several at once. */
export const BUYING_ROLES = words(`
  BUDGET_HOLDER CHAMPION DECISION_MAKER END_USER INFLUENCER LEGAL_AND_COMPLIANCE
`);

/** HubSpot's internal values of `hs_analytics_source`. */
export const SOURCES = words(`
  DIRECT_TRAFFIC EMAIL_MARKETING OFFLINE ORGANIC_SEARCH PAID_SEARCH REFERRALS SOCIAL_MEDIA
`);

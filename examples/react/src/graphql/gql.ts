/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Portals {\n    installations {\n      id\n      hubId\n      hubDomain\n      status\n      grantedScopes\n    }\n  }\n": typeof types.PortalsDocument,
    "\n  query DealBoard($portal: ID!) {\n    installation(id: $portal) {\n      id\n      dealPipelines {\n        id\n        label\n        stages { id label isClosed }\n      }\n      deals(first: 80) {\n        nodes {\n          id\n          hubspotId\n          name\n          amount\n          currency\n          pipeline { id }\n          stage { id }\n          owner { id firstName lastName }\n          contacts(first: 1) { nodes { id firstName lastName } }\n        }\n      }\n    }\n  }\n": typeof types.DealBoardDocument,
    "\n  mutation MoveDeal($input: UpdateDealInput!) {\n    updateDeal(input: $input) {\n      deal { id stage { id label } }\n      userErrors {\n        message\n        path\n        ... on ValidationError { property hubspotCode }\n      }\n    }\n  }\n": typeof types.MoveDealDocument,
    "\n  query Contacts($portal: ID!, $after: String) {\n    installation(id: $portal) {\n      id\n      contacts(first: 12, after: $after) {\n        nodes {\n          id\n          firstName\n          lastName\n          email\n          phone\n          jobTitle\n          companyName\n          owner { id firstName lastName }\n          deals(first: 3) { nodes { id name amount currency } }\n        }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n": typeof types.ContactsDocument,
    "\n  mutation SaveContact($input: UpdateContactInput!) {\n    updateContact(input: $input) {\n      contact { id email phone jobTitle }\n      userErrors {\n        message\n        path\n        ... on ValidationError { property hubspotCode }\n        ... on ConflictError { existingId }\n      }\n    }\n  }\n": typeof types.SaveContactDocument,
    "\n  query Search($portal: ID!, $text: String!) {\n    installation(id: $portal) {\n      id\n      contacts(query: $text, first: 5) { totalCount nodes { id firstName lastName email } }\n      companies(query: $text, first: 5) { totalCount nodes { id name domain } }\n      deals(query: $text, first: 5) { totalCount nodes { id name amount currency } }\n    }\n  }\n": typeof types.SearchDocument,
};
const documents: Documents = {
    "\n  query Portals {\n    installations {\n      id\n      hubId\n      hubDomain\n      status\n      grantedScopes\n    }\n  }\n": types.PortalsDocument,
    "\n  query DealBoard($portal: ID!) {\n    installation(id: $portal) {\n      id\n      dealPipelines {\n        id\n        label\n        stages { id label isClosed }\n      }\n      deals(first: 80) {\n        nodes {\n          id\n          hubspotId\n          name\n          amount\n          currency\n          pipeline { id }\n          stage { id }\n          owner { id firstName lastName }\n          contacts(first: 1) { nodes { id firstName lastName } }\n        }\n      }\n    }\n  }\n": types.DealBoardDocument,
    "\n  mutation MoveDeal($input: UpdateDealInput!) {\n    updateDeal(input: $input) {\n      deal { id stage { id label } }\n      userErrors {\n        message\n        path\n        ... on ValidationError { property hubspotCode }\n      }\n    }\n  }\n": types.MoveDealDocument,
    "\n  query Contacts($portal: ID!, $after: String) {\n    installation(id: $portal) {\n      id\n      contacts(first: 12, after: $after) {\n        nodes {\n          id\n          firstName\n          lastName\n          email\n          phone\n          jobTitle\n          companyName\n          owner { id firstName lastName }\n          deals(first: 3) { nodes { id name amount currency } }\n        }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n": types.ContactsDocument,
    "\n  mutation SaveContact($input: UpdateContactInput!) {\n    updateContact(input: $input) {\n      contact { id email phone jobTitle }\n      userErrors {\n        message\n        path\n        ... on ValidationError { property hubspotCode }\n        ... on ConflictError { existingId }\n      }\n    }\n  }\n": types.SaveContactDocument,
    "\n  query Search($portal: ID!, $text: String!) {\n    installation(id: $portal) {\n      id\n      contacts(query: $text, first: 5) { totalCount nodes { id firstName lastName email } }\n      companies(query: $text, first: 5) { totalCount nodes { id name domain } }\n      deals(query: $text, first: 5) { totalCount nodes { id name amount currency } }\n    }\n  }\n": types.SearchDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Portals {\n    installations {\n      id\n      hubId\n      hubDomain\n      status\n      grantedScopes\n    }\n  }\n"): typeof import('./graphql.ts').PortalsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DealBoard($portal: ID!) {\n    installation(id: $portal) {\n      id\n      dealPipelines {\n        id\n        label\n        stages { id label isClosed }\n      }\n      deals(first: 80) {\n        nodes {\n          id\n          hubspotId\n          name\n          amount\n          currency\n          pipeline { id }\n          stage { id }\n          owner { id firstName lastName }\n          contacts(first: 1) { nodes { id firstName lastName } }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DealBoardDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation MoveDeal($input: UpdateDealInput!) {\n    updateDeal(input: $input) {\n      deal { id stage { id label } }\n      userErrors {\n        message\n        path\n        ... on ValidationError { property hubspotCode }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').MoveDealDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Contacts($portal: ID!, $after: String) {\n    installation(id: $portal) {\n      id\n      contacts(first: 12, after: $after) {\n        nodes {\n          id\n          firstName\n          lastName\n          email\n          phone\n          jobTitle\n          companyName\n          owner { id firstName lastName }\n          deals(first: 3) { nodes { id name amount currency } }\n        }\n        pageInfo { hasNextPage endCursor }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ContactsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SaveContact($input: UpdateContactInput!) {\n    updateContact(input: $input) {\n      contact { id email phone jobTitle }\n      userErrors {\n        message\n        path\n        ... on ValidationError { property hubspotCode }\n        ... on ConflictError { existingId }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').SaveContactDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Search($portal: ID!, $text: String!) {\n    installation(id: $portal) {\n      id\n      contacts(query: $text, first: 5) { totalCount nodes { id firstName lastName email } }\n      companies(query: $text, first: 5) { totalCount nodes { id name domain } }\n      deals(query: $text, first: 5) { totalCount nodes { id name amount currency } }\n    }\n  }\n"): typeof import('./graphql.ts').SearchDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

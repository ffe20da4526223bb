/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

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
    "query Company360($id: ID!) {\n  company(id: $id) {\n    id\n    hubspotId\n    url\n    name\n    domain\n    phone\n    industry\n    city\n    country\n    numberOfEmployees\n    annualRevenue\n    owner {\n      id\n      firstName\n      lastName\n      email\n    }\n    properties(names: [\"type\", \"lifecyclestage\"]) {\n      name\n      label\n      option {\n        label\n      }\n    }\n    contacts(first: 10) {\n      edges {\n        labels\n        node {\n          id\n          firstName\n          lastName\n          email\n          jobTitle\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n    deals(first: 10) {\n      nodes {\n        id\n        name\n        amount\n        currency\n        closeDate\n        stage {\n          id\n          label\n          isClosed\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": typeof types.Company360Document,
    "mutation CompleteHubSpotConnection($connection: String!) {\n  completeHubSpotConnection(connection: $connection) {\n    installation {\n      id\n      hubId\n    }\n  }\n}": typeof types.CompleteHubSpotConnectionDocument,
    "mutation ConnectHubSpot($input: ConnectHubSpotInput) {\n  connectHubSpot(input: $input) {\n    authorizeUrl\n    expiresAt\n    scopes\n    optionalScopes\n  }\n}": typeof types.ConnectHubSpotDocument,
    "query ContactByEmail($email: String!) {\n  contactByEmail(email: $email) {\n    id\n    firstName\n    lastName\n    email\n  }\n}": typeof types.ContactByEmailDocument,
    "query ContactPage($id: ID!) {\n  contact(id: $id) {\n    id\n    hubspotId\n    url\n    createdAt\n    updatedAt\n    firstName\n    lastName\n    email\n    phone\n    jobTitle\n    companyName\n    city\n    country\n    lifecycleStage\n    owner {\n      id\n      firstName\n      lastName\n      email\n    }\n    companies(first: 5) {\n      nodes {\n        id\n        name\n        domain\n      }\n    }\n    deals(first: 10) {\n      edges {\n        labels\n        node {\n          id\n          name\n          amount\n          currency\n          closeDate\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": typeof types.ContactPageDocument,
    "query ContactsWithDeals($first: Int!, $after: String, $deals: Int!) {\n  contacts(first: $first, after: $after) {\n    nodes {\n      id\n      email\n      deals(first: $deals) {\n        nodes {\n          name\n          amount\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.ContactsWithDealsDocument,
    "query DealBoard($first: Int!, $after: String) {\n  dealPipelines {\n    id\n    label\n    stages {\n      id\n      label\n      probability\n      isClosed\n    }\n  }\n  deals(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      amount\n      currency\n      closeDate\n      stage {\n        id\n        label\n        probability\n        isClosed\n      }\n      pipeline {\n        id\n        label\n      }\n      owner {\n        id\n        firstName\n        lastName\n      }\n      companies(first: 1) {\n        nodes {\n          id\n          name\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.DealBoardDocument,
    "query DealPage($id: ID!) {\n  deal(id: $id) {\n    id\n    name\n    amount\n    currency\n    closeDate\n    dealType\n    description\n    contacts(first: 5) {\n      nodes {\n        id\n        firstName\n        lastName\n        email\n      }\n    }\n  }\n}": typeof types.DealPageDocument,
    "query Deals($first: Int!, $after: String) {\n  deals(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      amount\n      closeDate\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.DealsDocument,
    "query Installations {\n  viewer {\n    id\n    tenantId\n    permissions\n  }\n  installations {\n    id\n    hubId\n    hubDomain\n    status\n    statusReason\n    grantedScopes\n    missingScopes\n    installedBy\n    connectedAt\n    accessTokenExpiresAt\n  }\n}": typeof types.InstallationsDocument,
};
const documents: Documents = {
    "query Company360($id: ID!) {\n  company(id: $id) {\n    id\n    hubspotId\n    url\n    name\n    domain\n    phone\n    industry\n    city\n    country\n    numberOfEmployees\n    annualRevenue\n    owner {\n      id\n      firstName\n      lastName\n      email\n    }\n    properties(names: [\"type\", \"lifecyclestage\"]) {\n      name\n      label\n      option {\n        label\n      }\n    }\n    contacts(first: 10) {\n      edges {\n        labels\n        node {\n          id\n          firstName\n          lastName\n          email\n          jobTitle\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n    deals(first: 10) {\n      nodes {\n        id\n        name\n        amount\n        currency\n        closeDate\n        stage {\n          id\n          label\n          isClosed\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": types.Company360Document,
    "mutation CompleteHubSpotConnection($connection: String!) {\n  completeHubSpotConnection(connection: $connection) {\n    installation {\n      id\n      hubId\n    }\n  }\n}": types.CompleteHubSpotConnectionDocument,
    "mutation ConnectHubSpot($input: ConnectHubSpotInput) {\n  connectHubSpot(input: $input) {\n    authorizeUrl\n    expiresAt\n    scopes\n    optionalScopes\n  }\n}": types.ConnectHubSpotDocument,
    "query ContactByEmail($email: String!) {\n  contactByEmail(email: $email) {\n    id\n    firstName\n    lastName\n    email\n  }\n}": types.ContactByEmailDocument,
    "query ContactPage($id: ID!) {\n  contact(id: $id) {\n    id\n    hubspotId\n    url\n    createdAt\n    updatedAt\n    firstName\n    lastName\n    email\n    phone\n    jobTitle\n    companyName\n    city\n    country\n    lifecycleStage\n    owner {\n      id\n      firstName\n      lastName\n      email\n    }\n    companies(first: 5) {\n      nodes {\n        id\n        name\n        domain\n      }\n    }\n    deals(first: 10) {\n      edges {\n        labels\n        node {\n          id\n          name\n          amount\n          currency\n          closeDate\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}": types.ContactPageDocument,
    "query ContactsWithDeals($first: Int!, $after: String, $deals: Int!) {\n  contacts(first: $first, after: $after) {\n    nodes {\n      id\n      email\n      deals(first: $deals) {\n        nodes {\n          name\n          amount\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.ContactsWithDealsDocument,
    "query DealBoard($first: Int!, $after: String) {\n  dealPipelines {\n    id\n    label\n    stages {\n      id\n      label\n      probability\n      isClosed\n    }\n  }\n  deals(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      amount\n      currency\n      closeDate\n      stage {\n        id\n        label\n        probability\n        isClosed\n      }\n      pipeline {\n        id\n        label\n      }\n      owner {\n        id\n        firstName\n        lastName\n      }\n      companies(first: 1) {\n        nodes {\n          id\n          name\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.DealBoardDocument,
    "query DealPage($id: ID!) {\n  deal(id: $id) {\n    id\n    name\n    amount\n    currency\n    closeDate\n    dealType\n    description\n    contacts(first: 5) {\n      nodes {\n        id\n        firstName\n        lastName\n        email\n      }\n    }\n  }\n}": types.DealPageDocument,
    "query Deals($first: Int!, $after: String) {\n  deals(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      amount\n      closeDate\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.DealsDocument,
    "query Installations {\n  viewer {\n    id\n    tenantId\n    permissions\n  }\n  installations {\n    id\n    hubId\n    hubDomain\n    status\n    statusReason\n    grantedScopes\n    missingScopes\n    installedBy\n    connectedAt\n    accessTokenExpiresAt\n  }\n}": types.InstallationsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Company360($id: ID!) {\n  company(id: $id) {\n    id\n    hubspotId\n    url\n    name\n    domain\n    phone\n    industry\n    city\n    country\n    numberOfEmployees\n    annualRevenue\n    owner {\n      id\n      firstName\n      lastName\n      email\n    }\n    properties(names: [\"type\", \"lifecyclestage\"]) {\n      name\n      label\n      option {\n        label\n      }\n    }\n    contacts(first: 10) {\n      edges {\n        labels\n        node {\n          id\n          firstName\n          lastName\n          email\n          jobTitle\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n    deals(first: 10) {\n      nodes {\n        id\n        name\n        amount\n        currency\n        closeDate\n        stage {\n          id\n          label\n          isClosed\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}"): (typeof documents)["query Company360($id: ID!) {\n  company(id: $id) {\n    id\n    hubspotId\n    url\n    name\n    domain\n    phone\n    industry\n    city\n    country\n    numberOfEmployees\n    annualRevenue\n    owner {\n      id\n      firstName\n      lastName\n      email\n    }\n    properties(names: [\"type\", \"lifecyclestage\"]) {\n      name\n      label\n      option {\n        label\n      }\n    }\n    contacts(first: 10) {\n      edges {\n        labels\n        node {\n          id\n          firstName\n          lastName\n          email\n          jobTitle\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n    deals(first: 10) {\n      nodes {\n        id\n        name\n        amount\n        currency\n        closeDate\n        stage {\n          id\n          label\n          isClosed\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CompleteHubSpotConnection($connection: String!) {\n  completeHubSpotConnection(connection: $connection) {\n    installation {\n      id\n      hubId\n    }\n  }\n}"): (typeof documents)["mutation CompleteHubSpotConnection($connection: String!) {\n  completeHubSpotConnection(connection: $connection) {\n    installation {\n      id\n      hubId\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ConnectHubSpot($input: ConnectHubSpotInput) {\n  connectHubSpot(input: $input) {\n    authorizeUrl\n    expiresAt\n    scopes\n    optionalScopes\n  }\n}"): (typeof documents)["mutation ConnectHubSpot($input: ConnectHubSpotInput) {\n  connectHubSpot(input: $input) {\n    authorizeUrl\n    expiresAt\n    scopes\n    optionalScopes\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ContactByEmail($email: String!) {\n  contactByEmail(email: $email) {\n    id\n    firstName\n    lastName\n    email\n  }\n}"): (typeof documents)["query ContactByEmail($email: String!) {\n  contactByEmail(email: $email) {\n    id\n    firstName\n    lastName\n    email\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ContactPage($id: ID!) {\n  contact(id: $id) {\n    id\n    hubspotId\n    url\n    createdAt\n    updatedAt\n    firstName\n    lastName\n    email\n    phone\n    jobTitle\n    companyName\n    city\n    country\n    lifecycleStage\n    owner {\n      id\n      firstName\n      lastName\n      email\n    }\n    companies(first: 5) {\n      nodes {\n        id\n        name\n        domain\n      }\n    }\n    deals(first: 10) {\n      edges {\n        labels\n        node {\n          id\n          name\n          amount\n          currency\n          closeDate\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}"): (typeof documents)["query ContactPage($id: ID!) {\n  contact(id: $id) {\n    id\n    hubspotId\n    url\n    createdAt\n    updatedAt\n    firstName\n    lastName\n    email\n    phone\n    jobTitle\n    companyName\n    city\n    country\n    lifecycleStage\n    owner {\n      id\n      firstName\n      lastName\n      email\n    }\n    companies(first: 5) {\n      nodes {\n        id\n        name\n        domain\n      }\n    }\n    deals(first: 10) {\n      edges {\n        labels\n        node {\n          id\n          name\n          amount\n          currency\n          closeDate\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ContactsWithDeals($first: Int!, $after: String, $deals: Int!) {\n  contacts(first: $first, after: $after) {\n    nodes {\n      id\n      email\n      deals(first: $deals) {\n        nodes {\n          name\n          amount\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): (typeof documents)["query ContactsWithDeals($first: Int!, $after: String, $deals: Int!) {\n  contacts(first: $first, after: $after) {\n    nodes {\n      id\n      email\n      deals(first: $deals) {\n        nodes {\n          name\n          amount\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query DealBoard($first: Int!, $after: String) {\n  dealPipelines {\n    id\n    label\n    stages {\n      id\n      label\n      probability\n      isClosed\n    }\n  }\n  deals(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      amount\n      currency\n      closeDate\n      stage {\n        id\n        label\n        probability\n        isClosed\n      }\n      pipeline {\n        id\n        label\n      }\n      owner {\n        id\n        firstName\n        lastName\n      }\n      companies(first: 1) {\n        nodes {\n          id\n          name\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): (typeof documents)["query DealBoard($first: Int!, $after: String) {\n  dealPipelines {\n    id\n    label\n    stages {\n      id\n      label\n      probability\n      isClosed\n    }\n  }\n  deals(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      amount\n      currency\n      closeDate\n      stage {\n        id\n        label\n        probability\n        isClosed\n      }\n      pipeline {\n        id\n        label\n      }\n      owner {\n        id\n        firstName\n        lastName\n      }\n      companies(first: 1) {\n        nodes {\n          id\n          name\n        }\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query DealPage($id: ID!) {\n  deal(id: $id) {\n    id\n    name\n    amount\n    currency\n    closeDate\n    dealType\n    description\n    contacts(first: 5) {\n      nodes {\n        id\n        firstName\n        lastName\n        email\n      }\n    }\n  }\n}"): (typeof documents)["query DealPage($id: ID!) {\n  deal(id: $id) {\n    id\n    name\n    amount\n    currency\n    closeDate\n    dealType\n    description\n    contacts(first: 5) {\n      nodes {\n        id\n        firstName\n        lastName\n        email\n      }\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Deals($first: Int!, $after: String) {\n  deals(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      amount\n      closeDate\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): (typeof documents)["query Deals($first: Int!, $after: String) {\n  deals(first: $first, after: $after) {\n    nodes {\n      id\n      name\n      amount\n      closeDate\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Installations {\n  viewer {\n    id\n    tenantId\n    permissions\n  }\n  installations {\n    id\n    hubId\n    hubDomain\n    status\n    statusReason\n    grantedScopes\n    missingScopes\n    installedBy\n    connectedAt\n    accessTokenExpiresAt\n  }\n}"): (typeof documents)["query Installations {\n  viewer {\n    id\n    tenantId\n    permissions\n  }\n  installations {\n    id\n    hubId\n    hubDomain\n    status\n    statusReason\n    grantedScopes\n    missingScopes\n    installedBy\n    connectedAt\n    accessTokenExpiresAt\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;
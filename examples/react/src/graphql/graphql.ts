/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Whether the gateway can read and write the portal of an installation. */
export type InstallationStatus =
  /** HubSpot accepts the grant. */
  | 'ACTIVE'
  /** A viewer disconnected the installation. Connecting again restores it. */
  | 'DISCONNECTED'
  /** HubSpot no longer accepts the grant. Connect again with `connectHubSpot`. */
  | 'REAUTHORIZATION_REQUIRED';

/** A value for any property, custom properties included. */
export type PropertyInput = {
  /** HubSpot's internal name of the property, such as `hs_lead_status`: a-z, 0-9 and _. */
  name: string;
  /** The value in HubSpot's format: a decimal number, `true` or `false`, an option's internal value, several options as `a;b`, a date as `2026-11-23`, a date-time in ISO 8601 or epoch milliseconds. Null clears the property. */
  value?: string | null | undefined;
};

/** Changes of a contact. Null clears a property. A field without a value leaves the property unchanged. */
export type UpdateContactInput = {
  /** Street and house number. Property `address`. */
  address?: string | null | undefined;
  /** City. Property `city`. */
  city?: string | null | undefined;
  /** Name of the company as text. It does not associate a company record. Property `company`. */
  companyName?: string | null | undefined;
  /** Country or region. Property `country`. */
  country?: string | null | undefined;
  /** Primary e-mail address, unique in the portal. HubSpot stores it in lower case. Property `email`. */
  email?: string | null | undefined;
  /** Given name. Property `firstname`. */
  firstName?: string | null | undefined;
  /** HubSpot's own id, such as `101`, or a global id, such as `Contact:1234567:101`. */
  id: string | number;
  /** Global id of the installation whose portal the mutation writes to. Without it: the viewer's default, else the only installation that is not disconnected. */
  installationId?: string | number | null | undefined;
  /** Job title. Property `jobtitle`. */
  jobTitle?: string | null | undefined;
  /** Family name. Property `lastname`. */
  lastName?: string | null | undefined;
  /** Sales status of a lead, as HubSpot's internal value, such as `OPEN_DEAL`, or a value of the portal. Property `hs_lead_status`. */
  leadStatus?: string | null | undefined;
  /** Stage between a stranger and a customer, as HubSpot's internal value, such as `lead`, or a value of the portal. HubSpot moves stages only forward. To move back, clear the property first in another mutation. Property `lifecyclestage`. */
  lifecycleStage?: string | null | undefined;
  /** Mobile telephone number in any format. Property `mobilephone`. */
  mobilePhone?: string | null | undefined;
  /** The owner of the record: HubSpot's owner id, or a global id. Property `hubspot_owner_id`. */
  ownerId?: string | number | null | undefined;
  /** Telephone number in any format. Property `phone`. */
  phone?: string | null | undefined;
  /** Values of properties without a field in this input, custom properties included. */
  properties?: Array<PropertyInput> | null | undefined;
  /** State or region. Property `state`. */
  state?: string | null | undefined;
  /** Website of the contact. Property `website`. */
  website?: string | null | undefined;
  /** Postal code. Property `zip`. */
  zip?: string | null | undefined;
};

/** Changes of a deal. Null clears a property. A field without a value leaves the property unchanged. */
export type UpdateDealInput = {
  /** Value of the deal in `currency`, or in the portal's currency when `currency` is null. Property `amount`. */
  amount?: string | number | null | undefined;
  /** The actual or expected closing date of the deal. Property `closedate`. */
  closeDate?: string | null | undefined;
  /** Currency of `amount` as ISO 4217 code, such as `EUR`. Portals with one currency leave it empty. Property `deal_currency_code`. */
  currency?: string | null | undefined;
  /** Type of the deal, as HubSpot's internal value, such as `newbusiness`, or a value of the portal. Property `dealtype`. */
  dealType?: string | null | undefined;
  /** Notes about the deal. Property `description`. */
  description?: string | null | undefined;
  /** HubSpot's own id, such as `101`, or a global id, such as `Deal:1234567:101`. */
  id: string | number;
  /** Global id of the installation whose portal the mutation writes to. Without it: the viewer's default, else the only installation that is not disconnected. */
  installationId?: string | number | null | undefined;
  /** Name of the deal. Property `dealname`. */
  name?: string | null | undefined;
  /** The owner of the record: HubSpot's owner id, or a global id. Property `hubspot_owner_id`. */
  ownerId?: string | number | null | undefined;
  /** The pipeline: HubSpot's id, or a global id. A new deal without it gets the portal's default pipeline. Property `pipeline`. */
  pipelineId?: string | number | null | undefined;
  /** Values of properties without a field in this input, custom properties included. */
  properties?: Array<PropertyInput> | null | undefined;
  /** The stage: HubSpot's id of a stage in the deal's pipeline, or a global id, which also sets the pipeline. Required for a new deal. Property `dealstage`. */
  stageId?: string | number | null | undefined;
};

export type PortalsQueryVariables = Exact<{ [key: string]: never; }>;


export type PortalsQuery = { installations: Array<{ id: string, hubId: string, hubDomain: string | null, status: InstallationStatus, grantedScopes: Array<string> | null }> | null };

export type DealBoardQueryVariables = Exact<{
  portal: string | number;
}>;


export type DealBoardQuery = { installation: { id: string, dealPipelines: Array<{ id: string, label: string | null, stages: Array<{ id: string, label: string | null, isClosed: boolean | null }> }> | null, deals: { nodes: Array<{ id: string, hubspotId: string, name: string | null, amount: string | null, currency: string | null, pipeline: { id: string } | null, stage: { id: string } | null, owner: { id: string, firstName: string | null, lastName: string | null } | null, contacts: { nodes: Array<{ id: string, firstName: string | null, lastName: string | null }> } | null }> } | null } | null };

export type MoveDealMutationVariables = Exact<{
  input: UpdateDealInput;
}>;


export type MoveDealMutation = { updateDeal: { deal: { id: string, stage: { id: string, label: string | null } | null } | null, userErrors: Array<
      | { message: string, path: Array<string> | null }
      | { message: string, path: Array<string> | null }
      | { property: string | null, hubspotCode: string | null, message: string, path: Array<string> | null }
    > } | null };

export type ContactsQueryVariables = Exact<{
  portal: string | number;
  after?: string | null | undefined;
}>;


export type ContactsQuery = { installation: { id: string, contacts: { nodes: Array<{ id: string, firstName: string | null, lastName: string | null, email: string | null, phone: string | null, jobTitle: string | null, companyName: string | null, owner: { id: string, firstName: string | null, lastName: string | null } | null, deals: { nodes: Array<{ id: string, name: string | null, amount: string | null, currency: string | null }> } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type SaveContactMutationVariables = Exact<{
  input: UpdateContactInput;
}>;


export type SaveContactMutation = { updateContact: { contact: { id: string, email: string | null, phone: string | null, jobTitle: string | null } | null, userErrors: Array<
      | { existingId: string | null, message: string, path: Array<string> | null }
      | { message: string, path: Array<string> | null }
      | { property: string | null, hubspotCode: string | null, message: string, path: Array<string> | null }
    > } | null };

export type SearchQueryVariables = Exact<{
  portal: string | number;
  text: string;
}>;


export type SearchQuery = { installation: { id: string, contacts: { totalCount: number | null, nodes: Array<{ id: string, firstName: string | null, lastName: string | null, email: string | null }> } | null, companies: { totalCount: number | null, nodes: Array<{ id: string, name: string | null, domain: string | null }> } | null, deals: { totalCount: number | null, nodes: Array<{ id: string, name: string | null, amount: string | null, currency: string | null }> } | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const PortalsDocument = new TypedDocumentString(`
    query Portals {
  installations {
    id
    hubId
    hubDomain
    status
    grantedScopes
  }
}
    `) as unknown as TypedDocumentString<PortalsQuery, PortalsQueryVariables>;
export const DealBoardDocument = new TypedDocumentString(`
    query DealBoard($portal: ID!) {
  installation(id: $portal) {
    id
    dealPipelines {
      id
      label
      stages {
        id
        label
        isClosed
      }
    }
    deals(first: 80) {
      nodes {
        id
        hubspotId
        name
        amount
        currency
        pipeline {
          id
        }
        stage {
          id
        }
        owner {
          id
          firstName
          lastName
        }
        contacts(first: 1) {
          nodes {
            id
            firstName
            lastName
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DealBoardQuery, DealBoardQueryVariables>;
export const MoveDealDocument = new TypedDocumentString(`
    mutation MoveDeal($input: UpdateDealInput!) {
  updateDeal(input: $input) {
    deal {
      id
      stage {
        id
        label
      }
    }
    userErrors {
      message
      path
      ... on ValidationError {
        property
        hubspotCode
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MoveDealMutation, MoveDealMutationVariables>;
export const ContactsDocument = new TypedDocumentString(`
    query Contacts($portal: ID!, $after: String) {
  installation(id: $portal) {
    id
    contacts(first: 12, after: $after) {
      nodes {
        id
        firstName
        lastName
        email
        phone
        jobTitle
        companyName
        owner {
          id
          firstName
          lastName
        }
        deals(first: 3) {
          nodes {
            id
            name
            amount
            currency
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ContactsQuery, ContactsQueryVariables>;
export const SaveContactDocument = new TypedDocumentString(`
    mutation SaveContact($input: UpdateContactInput!) {
  updateContact(input: $input) {
    contact {
      id
      email
      phone
      jobTitle
    }
    userErrors {
      message
      path
      ... on ValidationError {
        property
        hubspotCode
      }
      ... on ConflictError {
        existingId
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SaveContactMutation, SaveContactMutationVariables>;
export const SearchDocument = new TypedDocumentString(`
    query Search($portal: ID!, $text: String!) {
  installation(id: $portal) {
    id
    contacts(query: $text, first: 5) {
      totalCount
      nodes {
        id
        firstName
        lastName
        email
      }
    }
    companies(query: $text, first: 5) {
      totalCount
      nodes {
        id
        name
        domain
      }
    }
    deals(query: $text, first: 5) {
      totalCount
      nodes {
        id
        name
        amount
        currency
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SearchQuery, SearchQueryVariables>;
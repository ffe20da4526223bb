import { graphql } from './graphql/index.ts';

export const PORTALS = graphql(`
  query Portals {
    installations {
      id
      hubId
      hubDomain
      status
      grantedScopes
    }
  }
`);

export const DEAL_BOARD = graphql(`
  query DealBoard($portal: ID!) {
    installation(id: $portal) {
      id
      dealPipelines {
        id
        label
        stages { id label isClosed }
      }
      deals(first: 80) {
        nodes {
          id
          hubspotId
          name
          amount
          currency
          pipeline { id }
          stage { id }
          owner { id firstName lastName }
          contacts(first: 1) { nodes { id firstName lastName } }
        }
      }
    }
  }
`);

export const MOVE_DEAL = graphql(`
  mutation MoveDeal($input: UpdateDealInput!) {
    updateDeal(input: $input) {
      deal { id stage { id label } }
      userErrors {
        message
        path
        ... on ValidationError { property hubspotCode }
      }
    }
  }
`);

export const CONTACTS = graphql(`
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
          owner { id firstName lastName }
          deals(first: 3) { nodes { id name amount currency } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const SAVE_CONTACT = graphql(`
  mutation SaveContact($input: UpdateContactInput!) {
    updateContact(input: $input) {
      contact { id email phone jobTitle }
      userErrors {
        message
        path
        ... on ValidationError { property hubspotCode }
        ... on ConflictError { existingId }
      }
    }
  }
`);

export const SEARCH = graphql(`
  query Search($portal: ID!, $text: String!) {
    installation(id: $portal) {
      id
      contacts(query: $text, first: 5) { totalCount nodes { id firstName lastName email } }
      companies(query: $text, first: 5) { totalCount nodes { id name domain } }
      deals(query: $text, first: 5) { totalCount nodes { id name amount currency } }
    }
  }
`);

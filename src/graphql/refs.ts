import type { CrmRecord, PortalOwner } from '../connector/connector.ts';
import type { Installation } from '../storage/installation-store.ts';
import { builder } from './builder.ts';
import type { CrmParent } from './scopes.ts';

/** What is reachable in one portal: the fields that `Query` and `Installation` share. */
export const CrmRef = builder.interfaceRef<CrmParent>('Crm');
/** An object type like any other: Pothos's own query type takes no interfaces. */
export const QueryRef = builder.objectRef<object>('Query');
export const ContactRef = builder.objectRef<CrmRecord>('Contact');
export const DealRef = builder.objectRef<CrmRecord>('Deal');
export const OwnerRef = builder.objectRef<PortalOwner>('Owner');
export const InstallationRef = builder.objectRef<Installation>('Installation');

import type { PortalOwner } from '../connector/connector.ts';
import type { CrmRecord } from '../connector/crm-record.ts';
import type { RecordTypename } from '../crm/objects.ts';
import type { Installation } from '../storage/installation-store.ts';
import { builder } from './builder.ts';
import type { CrmParent } from './scopes.ts';

/** What is reachable in one portal: the fields that `Query` and `Installation` share. */
export const CrmRef = builder.interfaceRef<CrmParent>('Crm');
/** An object type like any other: Pothos's own query type takes no interfaces. */
export const QueryRef = builder.objectRef<object>('Query');
/** What the types of records share. */
export const CrmRecordRef = builder.interfaceRef<CrmRecord>('CrmRecord');
export const ContactRef = builder.objectRef<CrmRecord>('Contact');
export const DealRef = builder.objectRef<CrmRecord>('Deal');
export const CompanyRef = builder.objectRef<CrmRecord>('Company');
export const OwnerRef = builder.objectRef<PortalOwner>('Owner');
export const InstallationRef = builder.objectRef<Installation>('Installation');

/** The object type of each type of record. */
export const RECORD_REFS: Readonly<Record<RecordTypename, typeof ContactRef>> = {
  Contact: ContactRef,
  Deal: DealRef,
  Company: CompanyRef,
};

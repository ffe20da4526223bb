import type { CrmRecord, PortalOwner } from '../connector/crm-record.ts';
import { byObjectType } from '../crm/objects.ts';
import type { Installation } from '../storage/installation-store.ts';
import { builder } from './builder.ts';
import type { CrmParent } from './scopes.ts';

/** What is reachable in one portal: the fields that `Query` and `Installation` share. */
export const CrmRef = builder.interfaceRef<CrmParent>('Crm');
/** An object type like any other: Pothos's own query type takes no interfaces. */
export const QueryRef = builder.objectRef<object>('Query');
/** What the types of records share. */
export const CrmRecordRef = builder.interfaceRef<CrmRecord>('CrmRecord');
/** The types of records. */
export const RECORD_REFS = byObjectType(({ typename }) => builder.objectRef<CrmRecord>(typename));
export const OwnerRef = builder.objectRef<PortalOwner>('Owner');
export const InstallationRef = builder.objectRef<Installation>('Installation');

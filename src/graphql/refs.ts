import type { CrmRecord, PortalOwner } from '../connector/crm-record.ts';
import { byObjectType } from '../crm/objects.ts';
import type { Installation } from '../storage/installation.ts';
import { builder } from './builder.ts';
import type { CrmParent } from './scopes.ts';

/** The CRM of one portal: the fields that `Query` and `Installation` share. */
export const CrmRef = builder.interfaceRef<CrmParent>('Crm');
/** An ordinary object type, because Pothos's query type cannot implement interfaces. */
export const QueryRef = builder.objectRef<object>('Query');
/** The fields that all types of records share. */
export const CrmRecordRef = builder.interfaceRef<CrmRecord>('CrmRecord');
/** The types of records. */
export const RECORD_REFS = byObjectType(({ typename }) => builder.objectRef<CrmRecord>(typename));
export const OwnerRef = builder.objectRef<PortalOwner>('Owner');
export const InstallationRef = builder.objectRef<Installation>('Installation');

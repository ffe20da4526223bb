/** An amount as text. HubSpot has amounts as decimal numbers, which JavaScript numbers cannot all hold. */
export function money(amount: string | null, currency: string | null): string {
  if (amount === null) return '–';
  const format = new Intl.NumberFormat('en', {
    maximumFractionDigits: 0,
    ...(currency && { style: 'currency' as const, currency }),
  });
  return format.format(amount as Intl.StringNumericLiteral); // The gateway sends plain decimal numbers.
}

export function fullName(person: { readonly firstName: string | null; readonly lastName: string | null }): string {
  return [person.firstName, person.lastName].filter(Boolean).join(' ') || 'Without a name';
}

let countryNames: Intl.DisplayNames | undefined

/** The English name of a country, for houses that know no codes. Their table takes Node 16 ms, which no import should pay. */
export function nameOfCountry(code: string): string {
  if (!/^[a-z]{2}$/.test(code)) return code
  countryNames ??= new Intl.DisplayNames(['en'], { type: 'region' })
  return countryNames.of(code.toUpperCase()) ?? code
}

/** Bases are given with and without `/v1`, and some with the whole path. */
export const anthropicRoot = (baseUrl: string): string => baseUrl.replace(/(\/v1(\/messages)?)?\/*$/, '')

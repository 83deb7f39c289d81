/** The `code` of a caught error, such as `ECONNRESET`; empty without one. Asks for no class, since errors come from other realms too. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
